using System.Diagnostics.Metrics;
using System.Net;
using Polly.CircuitBreaker;
using Polly.Timeout;
using Resilience.Pipelines;
using Resilience.Pipelines.Chaos;
using Resilience.Pipelines.CircuitBreaker;
using Resilience.Pipelines.Http;
using Resilience.Pipelines.Retry;
using Resilience.Pipelines.Timeouts;
using Resilience.TestKit;

namespace Resilience.Sdk.Tests.Pipelines.Chaos;

public sealed class ChaosTests
{
    private readonly ManualTimeProvider _time = new();

    private static DependencyOptions Once { get; } = new()
    {
        Retry = new RetryOptions { Enabled = false },
        CircuitBreaker = new CircuitBreakerOptions { Mode = CircuitBreakerMode.Disabled },
    };

    private static ChaosOptions Always { get; } = new() { Enabled = true, Fault = new ChaosFaultOptions { InjectionRate = 1 } };

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(1.0)]
    public async Task Fault_AtARate_SpoilsThatShareOfAttempts(double rate)
    {
        const int calls = 4000;
        var dependency = Make(Once with { Chaos = new ChaosOptions { Enabled = true, Seed = 7, Fault = new ChaosFaultOptions { InjectionRate = rate } } });
        var faults = 0;
        for (var i = 0; i < calls; i++)
        {
            faults += await Record.ExceptionAsync(() => dependency.ExecuteAsync(_ => ValueTask.FromResult(i)).AsTask()) is InjectedFaultException ? 1 : 0;
        }

        // Five standard deviations.
        var slack = 5 * Math.Sqrt(calls * rate * (1 - rate));
        Assert.InRange(faults, (calls * rate) - slack, (calls * rate) + slack);
    }

    [Fact]
    public async Task Seed_Equal_SpoilsTheSameAttempts()
    {
        var options = Once with { Chaos = new ChaosOptions { Enabled = true, Seed = 11, Fault = new ChaosFaultOptions { InjectionRate = 0.5 } } };

        Assert.Equal(await PatternAsync(Make(options)), await PatternAsync(Make(options)));
        Assert.NotEqual(await PatternAsync(Make(options)), await PatternAsync(Make(options with { Chaos = options.Chaos with { Seed = 12 } })));
    }

    [Fact]
    public async Task Fault_OfHttp_IsAConnectionErrorThatIsRepeatedWhateverTheMethod()
    {
        using var events = new CountedEvents("chaos-post");
        var server = ScriptedHandler.Of(HttpStatusCode.OK);
        var options = Once with { Retry = new RetryOptions { MaxRetryAttempts = 2, Delay = TimeSpan.Zero, Budget = null }, Chaos = Always };

        var exception = await Assert.ThrowsAsync<HttpRequestException>(() => Client(Make(options, "chaos-post"), server).PostAsync("http://a/", new StringContent("x")));

        Assert.Equal(HttpRequestError.ConnectionError, exception.HttpRequestError);
        Assert.Contains("'chaos-post'", exception.Message, StringComparison.Ordinal);
        Assert.Equal(0, server.Calls);
        Assert.Equal(3, events.Count("Chaos.OnFault"));
    }

    [Fact]
    public async Task Fault_OpensTheBreaker()
    {
        var dependency = Make(Once with { CircuitBreaker = new CircuitBreakerOptions { ConsecutiveFailures = 5 }, Chaos = Always });
        for (var i = 0; i < 5; i++)
        {
            await Assert.ThrowsAsync<InjectedFaultException>(() => dependency.ExecuteAsync(_ => ValueTask.FromResult(1)).AsTask());
        }

        Assert.Equal(CircuitBreakerState.Open, dependency.Circuit);
        await Assert.ThrowsAsync<BrokenCircuitException>(() => dependency.ExecuteAsync(_ => ValueTask.FromResult(1)).AsTask());
    }

    [Fact]
    public async Task Latency_LongerThanTheAttempt_EndsInItsTimeout()
    {
        using var events = new CountedEvents("chaos-slow");
        var options = Once with
        {
            AttemptTimeout = new TimeoutOptions { Timeout = TimeSpan.FromSeconds(1) },
            Chaos = new ChaosOptions { Enabled = true, Latency = new ChaosLatencyOptions { InjectionRate = 1, Latency = TimeSpan.FromSeconds(5) } },
        };
        var server = ScriptedHandler.Of(HttpStatusCode.OK);

        var sending = Client(Make(options, "chaos-slow"), server).GetAsync("http://a/");
        _time.Advance(TimeSpan.FromSeconds(1.1));

        await Assert.ThrowsAsync<TimeoutRejectedException>(() => sending.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System));
        Assert.Equal(0, server.Calls);
        Assert.Equal(1, events.Count("Chaos.OnLatency"));
    }

    [Fact]
    public async Task Latency_ShorterThanTheAttempt_DelaysTheRealAnswer()
    {
        var options = Once with
        {
            Chaos = new ChaosOptions { Enabled = true, Latency = new ChaosLatencyOptions { InjectionRate = 1, Latency = TimeSpan.FromMilliseconds(300) } },
        };

        var running = Make(options).ExecuteAsync(_ => ValueTask.FromResult(42)).AsTask();
        _time.Advance(TimeSpan.FromMilliseconds(299));
        Assert.False(running.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(2));

        Assert.Equal(42, await running.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System));
    }

    [Fact]
    public async Task Outcome_IsRetriedLikeAnAnswerOfTheDependency()
    {
        using var events = new CountedEvents("chaos-503");
        var server = ScriptedHandler.Of(HttpStatusCode.OK);
        var options = Once with
        {
            Retry = new RetryOptions { MaxRetryAttempts = 50, Delay = TimeSpan.Zero, Budget = null },
            Chaos = new ChaosOptions { Enabled = true, Seed = 1, Outcome = new ChaosOutcomeOptions { InjectionRate = 0.9 } },
        };

        using var response = await Client(Make(options, "chaos-503"), server).GetAsync("http://a/");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(1, server.Calls);
        Assert.InRange(events.Count("Chaos.OnOutcome"), 1, 50);
        Assert.Equal(events.Count("Chaos.OnOutcome"), events.Count("OnRetry"));
    }

    [Fact]
    public async Task Outcome_ThatIsReturned_HasItsStatusAndRequest()
    {
        var server = ScriptedHandler.Of(HttpStatusCode.OK);
        var options = Once with { Chaos = new ChaosOptions { Enabled = true, Outcome = new ChaosOutcomeOptions { InjectionRate = 1, StatusCode = 418 } } };

        using var response = await Client(Make(options), server).GetAsync("http://a/");

        Assert.Equal(418, (int)response.StatusCode);
        Assert.Equal("http://a/", response.RequestMessage?.RequestUri?.AbsoluteUri);
        Assert.Equal(0, server.Calls);
    }

    [Fact]
    public async Task Outcome_OfACallThatIsNotHttp_DoesNotApply()
    {
        var dependency = Make(Once with { Chaos = new ChaosOptions { Enabled = true, Outcome = new ChaosOutcomeOptions { InjectionRate = 1 } } });

        Assert.Equal("real", await dependency.ExecuteAsync(_ => ValueTask.FromResult("real")));
        Assert.Equal(5, await dependency.Pipeline.ExecuteAsync(_ => ValueTask.FromResult(5)));
    }

    [Fact]
    public async Task Reload_SwitchesItOnAndOff_AndKeepsTheBreakersCount()
    {
        var options = Once with { CircuitBreaker = new CircuitBreakerOptions { ConsecutiveFailures = 4 } };
        var dependency = Make(options);
        Assert.Equal(1, await dependency.ExecuteAsync(_ => ValueTask.FromResult(1)));

        dependency.Apply(options with { Chaos = Always });
        for (var i = 0; i < 3; i++)
        {
            await Assert.ThrowsAsync<InjectedFaultException>(() => dependency.ExecuteAsync(_ => ValueTask.FromResult(1)).AsTask());
        }

        dependency.Apply(options);
        Assert.Equal(CircuitBreakerState.Closed, dependency.Circuit);
        await Assert.ThrowsAsync<IOException>(() => dependency.ExecuteAsync<int>(_ => throw new IOException()).AsTask());

        Assert.Equal(CircuitBreakerState.Open, dependency.Circuit);
        dependency.Apply(options with { Chaos = Always });
        await Assert.ThrowsAsync<BrokenCircuitException>(() => dependency.ExecuteAsync(_ => ValueTask.FromResult(1)).AsTask());
    }

    [Fact]
    public async Task Reload_OfSomethingElse_GoesOnInTheSameSequence()
    {
        var options = Once with { Chaos = new ChaosOptions { Enabled = true, Seed = 3, Fault = new ChaosFaultOptions { InjectionRate = 0.5 } } };
        var undisturbed = await PatternAsync(Make(options), 40);
        var dependency = Make(options);

        var first = await PatternAsync(dependency, 20);
        dependency.Apply(options with { AttemptTimeout = new TimeoutOptions { Timeout = TimeSpan.FromSeconds(3) } });

        Assert.Equal(undisturbed, first + await PatternAsync(dependency, 20));
    }

    [Fact]
    public async Task Off_AfterItWasOn_AllocatesNothingInThePipeline()
    {
        var options = new DependencyOptions();
        var dependency = Make(options with { Chaos = Always });
        dependency.Apply(options with { Chaos = Always with { Enabled = false } });
        await CallAsync(dependency.Whole);

        var before = GC.GetAllocatedBytesForCurrentThread();
        await CallAsync(dependency.Whole);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static async Task CallAsync(DependencyPipeline pipeline)
    {
        for (var i = 0; i < 1000; i++)
        {
            await pipeline.ExecuteAsync<int, InstantCall>(new InstantCall());
        }
    }

    private static async Task<string> PatternAsync(Dependency dependency, int calls = 64)
    {
        var pattern = new char[calls];
        for (var i = 0; i < calls; i++)
        {
            pattern[i] = await Record.ExceptionAsync(() => dependency.ExecuteAsync(_ => ValueTask.FromResult(1)).AsTask()) is null ? '.' : 'x';
        }

        return new string(pattern);
    }

    private static HttpClient Client(Dependency dependency, ScriptedHandler server) =>
        new(new DependencyHandler(dependency) { InnerHandler = server }) { Timeout = Timeout.InfiniteTimeSpan };

    private Dependency Make(DependencyOptions options, string name = "dependency") => new(name, options, _time, () => new Random(1));

    /// <summary>Counts the events of one pipeline by name.</summary>
    private sealed class CountedEvents : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly List<string> _names = [];

        public CountedEvents(string pipeline)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument is { Meter.Name: "Polly", Name: "resilience.polly.strategy.events" })
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
            {
                var known = tags.ToArray().ToDictionary(tag => tag.Key, tag => (string?)tag.Value, StringComparer.Ordinal);
                if (known["pipeline.name"] == pipeline)
                {
                    lock (_names)
                    {
                        _names.Add(known["event.name"]!);
                    }
                }
            });
            _listener.Start();
        }

        public int Count(string name)
        {
            lock (_names)
            {
                return _names.Count(known => known == name);
            }
        }

        public void Dispose() => _listener.Dispose();
    }
}
