using System.Diagnostics.Metrics;
using Resilience.Internal;
using Resilience.Pipelines.Bulkhead;

namespace Resilience.Pipelines.Inbound;

/// <summary>What decides over requests that come in, apart from HTTP: the limiter, the clock, the options in force and their telemetry.</summary>
/// <remarks>Thread-safe. Changed options keep the permits that are out and what the adaptive limit has learnt.</remarks>
internal sealed class InboundGate
{
    private readonly Counter<long> _rejected;
    private InboundOptions _options;

    /// <param name="options">The options to begin with; valid.</param>
    /// <param name="time">Times requests and waits.</param>
    /// <param name="meter">Receives the instruments; disposed by who made it.</param>
    public InboundGate(InboundOptions options, TimeProvider time, Meter meter)
    {
        _options = options;
        Time = time;
        Clock = new MonotonicClock(time);
        Limiter = new BulkheadLimiter(options.Bulkhead, time);
        _rejected = meter.CreateCounter<long>("dr.inbound.rejected", "{request}", "Requests refused before they ran, by reason.");
        meter.CreateObservableGauge("dr.inbound.limit", Limits, "{request}", "Requests that may run at once.");
        meter.CreateObservableGauge("dr.inbound.in_use", () => Limiter.Snapshot().InUse, "{request}", "Requests that run.");
        meter.CreateObservableGauge("dr.inbound.queued", () => Limiter.Snapshot().Queued, "{request}", "Requests that wait to run.");
    }

    public TimeProvider Time { get; }

    public MonotonicClock Clock { get; }

    public BulkheadLimiter Limiter { get; }

    public InboundOptions Options => Volatile.Read(ref _options);

    public void Apply(InboundOptions options)
    {
        Volatile.Write(ref _options, options);
        Limiter.Apply(options.Bulkhead);
    }

    public void CountShed() => _rejected.Add(1, new KeyValuePair<string, object?>("dr.reason", "shed"));

    public void CountExpired() => _rejected.Add(1, new KeyValuePair<string, object?>("dr.reason", "expired"));

    private IEnumerable<Measurement<int>> Limits() => Options.Bulkhead.Enabled ? [new(Limiter.Snapshot().Limit)] : [];
}
