using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Resilience.Diagnostics;
using Resilience.Pipelines;
using Resilience.Pipelines.Bulkhead;
using Resilience.Pipelines.CircuitBreaker;
using Resilience.Pipelines.Http;
using Resilience.Pipelines.Retry;
using Resilience.TestKit;

namespace Resilience.Sdk.Tests.Pipelines;

public sealed class DependencyGaugesTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly Meter _meter = new("test");

    public void Dispose() => _meter.Dispose();

    [Fact]
    public async Task Read_TellsWhatEveryPipelineIs()
    {
        var registry = Registry(new DependencyOptions
        {
            Bulkhead = new BulkheadOptions { PermitLimit = 1 },
            CircuitBreaker = new CircuitBreakerOptions { FailureRatio = null, ConsecutiveFailures = 100 },
            Retry = new RetryOptions { MaxRetryAttempts = 1, Delay = TimeSpan.Zero, UseJitter = false },
        });
        _ = new DependencyGauges(registry, _meter);
        var dependency = registry.Get("a");
        await dependency.ExecuteAsync(_ => ValueTask.CompletedTask);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await dependency.ExecuteAsync(_ => throw new InvalidOperationException("down")));
        var hold = new TaskCompletionSource();
        var running = dependency.ExecuteAsync(async _ => await hold.Task).AsTask();
        var queued = dependency.ExecuteAsync(_ => ValueTask.CompletedTask).AsTask();

        var values = GaugeReader.Read(_meter);

        Assert.Equal(
            [
                ("dr.breaker.failure_rate a", 0.667), ("dr.breaker.restricts a", 0), ("dr.breaker.state a", 0), ("dr.bulkhead.in_use a", 1),
                ("dr.bulkhead.limit a", 1), ("dr.bulkhead.queued a", 1), ("dr.retry.budget a", 29),
            ],
            values.Select(value => (value.Key, Math.Round(value.Value, 3))));
        hold.SetResult();
        await Task.WhenAll(running, queued);
    }

    [Theory]
    [InlineData(null, 2, 1)]
    [InlineData(CircuitBreakerMode.ForcedOpen, 3, 1)]
    [InlineData(CircuitBreakerMode.Disabled, 4, 0)]
    [InlineData(CircuitBreakerMode.Observe, 2, 0)]
    public async Task State_HasAFixedNumber(CircuitBreakerMode? forced, double number, double restricts)
    {
        var registry = Registry(new DependencyOptions
        {
            CircuitBreaker = new CircuitBreakerOptions { ConsecutiveFailures = 1 },
            Retry = new RetryOptions { Enabled = false },
        });
        _ = new DependencyGauges(registry, _meter);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await registry.Get("a").ExecuteAsync(_ => throw new InvalidOperationException("down")));
        registry.Get("a").Force(forced);

        Assert.Equal(number, GaugeReader.Read(_meter)["dr.breaker.state a"]);
        Assert.Equal(restricts, GaugeReader.Read(_meter)["dr.breaker.restricts a"]);

        registry.Get("a").Force(null);
        _time.Advance(TimeSpan.FromMinutes(1));
        await registry.Get("a").ExecuteAsync(_ => ValueTask.CompletedTask);
        Assert.Equal(1, GaugeReader.Read(_meter)["dr.breaker.state a"]);
    }

    [Fact]
    public void SwitchedOff_HasNoNumber_AndAuthoritiesAreTold()
    {
        var registry = Registry(new DependencyOptions
        {
            Bulkhead = new BulkheadOptions { Enabled = false },
            Retry = new RetryOptions { Budget = null },
            Http = new HttpDependencyOptions { ByAuthority = true },
        });
        _ = new DependencyGauges(registry, _meter);
        registry.Get("a").For(new Uri("http://b:1/path?q=1"));

        Assert.Equal(
            [
                "dr.breaker.failure_rate a", "dr.breaker.failure_rate a http://b:1", "dr.breaker.restricts a", "dr.breaker.restricts a http://b:1", "dr.breaker.state a", "dr.breaker.state a http://b:1",
                "dr.bulkhead.in_use a", "dr.bulkhead.in_use a http://b:1", "dr.bulkhead.queued a", "dr.bulkhead.queued a http://b:1",
            ],
            GaugeReader.Read(_meter).Keys);
    }

    [Fact]
    public async Task Host_TellsOfWhatIsConfigured_OnceAndUntilItEnds()
    {
        using var first = Host("a");
        using var second = Host("a");
        await first.StartAsync();
        await second.StartAsync();
        var factory = first.Services.GetRequiredService<IMeterFactory>();

        // Values.Add would throw if the instruments of both hosts answered.
        Assert.Equal(1, GaugeReader.Read(Of(factory)).Count(value => value.Key == "dr.bulkhead.limit a"));

        await first.StopAsync();
        first.Dispose();
        Assert.Empty(GaugeReader.Read(Of(factory)));
        Assert.NotEmpty(GaugeReader.Read(Of(second.Services.GetRequiredService<IMeterFactory>())));
        await second.StopAsync();
    }

    private static Func<Instrument, bool> Of(IMeterFactory factory) =>
        instrument => instrument.Meter.Name == DrResilienceDiagnostics.MeterName && instrument.Meter.Scope == factory && instrument.IsObservable;

    private static IHost Host(string dependency)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration[$"DrResilience:Dependencies:{dependency}:Retry:MaxRetryAttempts"] = "1";
        builder.AddDrResilience();
        return builder.Build();
    }

    private DependencyRegistry Registry(DependencyOptions options)
    {
        var registry = new DependencyRegistry(_ => options, _time, () => new Random(1));
        registry.Get("a");
        return registry;
    }
}
