using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Polly.CircuitBreaker;
using Resilience.Pipelines;
using Resilience.Sdk.Tests.Pipelines.Retry;
using CircuitBreakerState = Resilience.Pipelines.CircuitBreaker.CircuitBreakerState;

namespace Resilience.Sdk.Tests.Pipelines.Simulations;

/// <summary>
/// The specification's breaker and back-off, as an application gets them by <c>Preset: Conservative</c> in its configuration:
/// five failures open, trials after 30 s (give or take a tenth), three successes close; pauses are exponential with full
/// jitter.
/// </summary>
public sealed class ConservativePresetTests : IDisposable
{
    private readonly Simulation _time = new();
    private readonly IHost _host;
    private readonly IDependency _dependency;
    private readonly List<TimeSpan> _attempts = [];
    private bool _down;

    public ConservativePresetTests()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection([new("DrResilience:Dependencies:payment-gateway:Preset", "Conservative")]);
        builder.Services.AddSingleton<TimeProvider>(_time);
        builder.AddDrResilience();
        _host = builder.Build();
        _dependency = _host.Services.GetRequiredService<IDependencies>()["payment-gateway"];
    }

    public void Dispose() => _host.Dispose();

    [Fact]
    public void FiveFailures_Open_HoweverTheyAreSpreadOverCalls()
    {
        Fail(calls: 10);

        Assert.Equal(5, _attempts.Count);
        Assert.Equal(CircuitBreakerState.Open, _dependency.Circuit);
        Assert.IsType<BrokenCircuitException>(Call().Exception?.InnerException);
    }

    [Fact]
    public void Success_StartsTheCountAgain()
    {
        for (var i = 0; i < 20; i++)
        {
            // An attempt and its three repeats fail, and the next call succeeds.
            Fail(calls: 1);
            Assert.True(Call().IsCompletedSuccessfully);
        }

        Assert.Equal(CircuitBreakerState.Closed, _dependency.Circuit);
        Assert.Equal(20 * 5, _attempts.Count);
    }

    [Fact]
    public void Reset_AfterThirtySeconds_NotEarlier()
    {
        Fail(calls: 10);
        var opened = _attempts[^1];

        _time.MoveTo(opened + TimeSpan.FromSeconds(26.9));
        Assert.True(Call().IsFaulted);
        Assert.Equal(5, _attempts.Count);

        _time.MoveTo(opened + TimeSpan.FromSeconds(33.1));
        Assert.True(Call().IsCompletedSuccessfully);
        Assert.Equal(CircuitBreakerState.HalfOpen, _dependency.Circuit);
    }

    [Fact]
    public void HalfOpen_ThirdSuccess_Closes()
    {
        Due();

        Assert.Equal(
            [CircuitBreakerState.HalfOpen, CircuitBreakerState.HalfOpen, CircuitBreakerState.Closed],
            Enumerable.Range(0, 3).Select(_ => Call().IsCompletedSuccessfully ? _dependency.Circuit : CircuitBreakerState.Disabled));
    }

    [Fact]
    public void HalfOpen_Crowd_OnlyThreePass()
    {
        Due();
        var answer = new TaskCompletionSource();

        var calls = Enumerable.Range(0, 64).Select(_ => Begin(_ => new(answer.Task))).ToList();

        Assert.Equal(61, calls.Count(call => call.IsFaulted));
        _time.Run(answer.SetResult);
        Assert.Equal(3, calls.Count(call => call.IsCompletedSuccessfully));
        Assert.Equal(CircuitBreakerState.Closed, _dependency.Circuit);
    }

    [Fact]
    public void HalfOpen_Failure_ReopensForLonger()
    {
        Due();
        Fail(calls: 1);
        var reopened = _attempts[^1];
        Assert.Equal((6, CircuitBreakerState.Open), (_attempts.Count, _dependency.Circuit));

        _time.MoveTo(reopened + TimeSpan.FromSeconds(53.9));
        Assert.True(Call().IsFaulted);
        _time.MoveTo(reopened + TimeSpan.FromSeconds(66.1));
        Assert.True(Call().IsCompletedSuccessfully);
    }

    [Fact]
    public void BackOff_IsExponentialWithFullJitter()
    {
        const int calls = 2000;
        var shares = new List<double>[] { [], [], [] };
        for (var call = 0; call < calls; call++)
        {
            _attempts.Clear();
            Fail(calls: 1);
            Assert.True(Call().IsCompletedSuccessfully);
            for (var repeat = 0; repeat < 3; repeat++)
            {
                var pause = (_attempts[repeat + 1] - _attempts[repeat]).TotalMilliseconds;
                shares[repeat].Add(pause / (200 * Math.Pow(2, repeat)));
            }
        }

        // Nobody chooses this seed: an application's is different each time, so the limit is one that a million runs reach once.
        Assert.All(shares, share => Assert.InRange(Uniformity.Distance(share), 0, Uniformity.Limit));
    }

    private void Due()
    {
        Fail(calls: 10);
        _time.MoveTo(_time.Now + TimeSpan.FromSeconds(34));
    }

    /// <summary>Calls one after the other while the dependency is down, each with all its repeats, far enough apart for the retry budget.</summary>
    private void Fail(int calls)
    {
        _down = true;
        for (var i = 0; i < calls; i++)
        {
            _ = Call();
            _time.MoveTo(_time.Now + TimeSpan.FromSeconds(calls == 1 ? 12 : 2));
        }

        _down = false;
    }

    private Task Call() => Begin(_ =>
    {
        _attempts.Add(_time.Now);
        return _down ? throw new HttpRequestException("Down.") : ValueTask.CompletedTask;
    });

    private Task Begin(Func<CancellationToken, ValueTask> attempt)
    {
        Task? call = null;
        _time.Run(() => call = _dependency.ExecuteAsync(attempt).AsTask());
        return call!;
    }
}
