using Resilience.Pipelines;
using Resilience.Pipelines.CircuitBreaker;
using Resilience.Pipelines.Retry;
using Resilience.Pipelines.Timeouts;
using Resilience.Sdk.Tests.Pipelines.Peers;
using Xunit.Abstractions;

namespace Resilience.Sdk.Tests.Pipelines.Simulations;

/// <summary>
/// A dependency that fails every attempt, 10,000 calls at 200 per second (Poisson), three repeats: how many attempts reach
/// it for each call. Without the breaker on both sides, which would only make it fewer; the defaults are shown as well.
/// </summary>
public sealed class OutageAmplificationTests(ITestOutputHelper output)
{
    private const int Calls = 10_000;
    private const int PerSecond = 200;

    private static readonly DependencyOptions WithoutBreaker = new() { CircuitBreaker = new CircuitBreakerOptions { Mode = CircuitBreakerMode.Disabled } };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Ours_BudgetAlone_AddsAtMostATenth(int seed)
    {
        var attempts = Attempts(seed, time => Contender.Ours(WithoutBreaker, time, seed));

        Assert.True(attempts is > Calls and <= Calls * 11 / 10, $"seed {seed}: {attempts} attempts for {Calls} calls");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Ours_Defaults_SendNextToNothing(int seed)
    {
        var attempts = Attempts(seed, time => Contender.Ours(new DependencyOptions(), time, seed));

        Assert.True(attempts is > 5 and < Calls / 100, $"seed {seed}: {attempts} attempts for {Calls} calls");
    }

    [Fact]
    public void Peer_WithoutABudget_SendsFourTimesAsMuch()
    {
        // A ratio of 1 over more calls than there are: the peer's breaker has no other way of being off.
        var options = DependencyPresets.Of(DependencyPreset.Microsoft);
        options = options with { CircuitBreaker = options.CircuitBreaker with { FailureRatio = 1, MinimumThroughput = 1_000_000 }, Bulkhead = options.Bulkhead with { PermitLimit = 100_000 } };

        var attempts = Attempts(1, time => Contender.Peer(options, time));

        Assert.Equal(4 * Calls, attempts);
    }

    private int Attempts(int seed, Func<Simulation, Contender> make)
    {
        var (time, random, attempts) = (new Simulation(), new Random(seed), 0);
        var side = make(time);
        for (var call = 0; call < Calls; call++)
        {
            time.MoveTo(time.Now + TimeSpan.FromSeconds(-Math.Log(1 - random.NextDouble()) / PerSecond));
            _ = side.Begin(time, _ =>
            {
                attempts++;
                throw new InvalidOperationException("The dependency failed.");
            });
        }

        time.MoveTo(time.Now + TimeSpan.FromMinutes(2));
        output.WriteLine($"{side}, seed {seed}: {attempts} attempts for {Calls} calls, {(double)attempts / Calls:F3} x");
        return attempts;
    }
}
