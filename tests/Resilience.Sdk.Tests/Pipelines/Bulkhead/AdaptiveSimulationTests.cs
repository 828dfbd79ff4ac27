using Resilience.Pipelines.Bulkhead;
using Resilience.TestKit;
using Xunit.Abstractions;

namespace Resilience.Sdk.Tests.Pipelines.Bulkhead;

/// <summary>
/// The adaptive limit against a server. The ideal limit is what the server can work on at once: below it is idle, above it
/// calls only wait. Every run is repeatable from its seed.
/// </summary>
public sealed class AdaptiveSimulationTests(ITestOutputHelper output)
{
    private readonly ManualTimeProvider _time = new();

    [Theory]
    [InlineData(20, 20, Spread.Exponential, 1)]
    [InlineData(50, 20, Spread.Exponential, 2)]
    [InlineData(50, 20, Spread.None, 3)]
    [InlineData(50, 2, Spread.Exponential, 4)]
    [InlineData(50, 500, Spread.Exponential, 5)]
    [InlineData(120, 20, Spread.Exponential, 6)]
    [InlineData(150, 10, Spread.None, 7)]
    public void Limit_UnderTwiceTheLoad_ConvergesToTheCapacity(int capacity, int serviceMilliseconds, Spread spread, int seed) =>
        Converges(capacity, TimeSpan.FromMilliseconds(serviceMilliseconds), spread, seed, within: 0.4);

    /// <summary>The means of windows with few calls are then mostly chance.</summary>
    [Theory]
    [InlineData(20, 8)]
    [InlineData(80, 9)]
    public void Limit_WithDurationsFarApart_StaysNearTheCapacity(int capacity, int seed) =>
        Converges(capacity, TimeSpan.FromMilliseconds(20), Spread.Heavy, seed, within: 0.7);

    [Theory]
    [InlineData(20, 11)]
    [InlineData(50, 12)]
    public void Limit_BegunFarTooHigh_ComesDown(int capacity, int seed)
    {
        var server = New(capacity, seed, initial: 200);
        server.Run(TimeSpan.FromSeconds(60));

        var run = server.Run(TimeSpan.FromMinutes(1));

        Print(seed, run);
        Assert.InRange(run.Mean, capacity * 0.6, capacity * 1.4);
    }

    [Fact]
    public void Limit_AfterAFourfoldSlowDown_Recovers()
    {
        var server = New(50, seed: 21);
        server.Run(TimeSpan.FromSeconds(30));
        var service = server.Service;

        server.Service = service * 4;
        server.Useful *= 4;
        server.Load = 8;
        var slow = server.Run(TimeSpan.FromSeconds(60));
        Print(21, slow);
        server.Service = service;
        server.Useful /= 4;
        server.Load = 2;
        server.Run(TimeSpan.FromSeconds(10));
        var after = server.Run(TimeSpan.FromSeconds(60));

        Print(21, after);
        Assert.True(slow.Goodput >= 0.6, $"while slow {slow.Goodput:P1}");
        Assert.True(after.Goodput >= 0.85, $"goodput {after.Goodput:P1}");
        Assert.InRange(after.Mean, 30, 70);
    }

    [Theory]
    [InlineData(2, 31)]
    [InlineData(1.1, 32)]
    [InlineData(0.9, 33)]
    public void Limit_OverStableHours_DoesNotDrift(double load, int seed)
    {
        var server = New(50, seed);
        server.Load = load;
        server.Service = TimeSpan.FromMilliseconds(200);
        server.Useful = TimeSpan.FromSeconds(2);
        server.Run(TimeSpan.FromMinutes(10));
        var early = server.Run(TimeSpan.FromMinutes(15));
        server.Run(TimeSpan.FromMinutes(60));
        var late = server.Run(TimeSpan.FromMinutes(15));

        Print(seed, early);
        Print(seed, late);
        Assert.InRange(late.Mean, 30, early.Mean * 1.15);
        Assert.True(late.Highest <= (load > 1 ? 100 : 120), $"highest {late.Highest}");
    }

    [Fact]
    public void Limit_OfAnIdleHour_IsNotRaised()
    {
        var server = New(50, seed: 41);
        server.Load = 0.3;
        server.Service = TimeSpan.FromMilliseconds(200);
        server.Useful = TimeSpan.FromSeconds(2);
        var run = server.Run(TimeSpan.FromHours(1));

        Print(41, run);
        Assert.InRange(run.Highest, 100, 101);
    }

    [Fact]
    public void Limit_WithAServerThatRefuses_StaysAtItsCapacity()
    {
        var server = New(50, seed: 51, refusesAt: 5);
        server.Run(TimeSpan.FromSeconds(30));
        var run = server.Run(TimeSpan.FromMinutes(2));

        Print(51, run);
        Assert.InRange(run.Mean, 30, 70);
        Assert.True(run.Goodput >= 0.85, $"goodput {run.Goodput:P1}");
    }

    [Fact]
    public void Goodput_WithoutTheLimit_Collapses()
    {
        var limiter = new BulkheadLimiter(new BulkheadOptions { Mode = BulkheadMode.Adaptive, MinLimit = 100_000, MaxLimit = 100_000, PermitLimit = 100_000 }, _time, 1);
        var run = new ServerSimulation(limiter, _time, 50, 61) { Load = 1.2 }.Run(TimeSpan.FromMinutes(1));

        Print(61, run);
        Assert.True(run.Goodput < 0.2, "the simulation must be able to fail");
    }

    private void Converges(int capacity, TimeSpan service, Spread spread, int firstSeed, double within)
    {
        for (var seed = firstSeed * 100; seed < (firstSeed * 100) + 5; seed++)
        {
            var server = New(capacity, seed, spread);
            server.Service = service;
            server.Useful = 20 * service;
            server.Run(TimeSpan.FromSeconds(20) + (600 * service));

            var run = server.Run(TimeSpan.FromSeconds(20) + (600 * service));

            Print(seed, run);
            Assert.InRange(run.Mean, capacity * (1 - within), capacity * (1 + within));
            Assert.InRange(run.Highest, run.Lowest, capacity * (1.3 + within));
            Assert.True(run.Goodput >= 0.85, $"goodput {run.Goodput:P1}");
        }
    }

    private ServerSimulation New(int capacity, int seed, Spread spread = Spread.Exponential, int initial = 100, int? refusesAt = null)
    {
        var limiter = new BulkheadLimiter(new BulkheadOptions { Mode = BulkheadMode.Adaptive, PermitLimit = initial }, _time, 2);
        return new ServerSimulation(limiter, _time, capacity, seed) { Spread = spread, RefusesAt = refusesAt };
    }

    private void Print(int seed, (double Goodput, int Lowest, double Mean, int Highest) run) =>
        output.WriteLine($"seed {seed}: goodput {run.Goodput:P1}, limit {run.Lowest}..{run.Highest}, mean {run.Mean:F1}");
}
