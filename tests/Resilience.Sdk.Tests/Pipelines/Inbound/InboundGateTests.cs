using System.Diagnostics.Metrics;
using Resilience.Pipelines.Bulkhead;
using Resilience.Pipelines.Inbound;
using Resilience.TestKit;

namespace Resilience.Sdk.Tests.Pipelines.Inbound;

public sealed class InboundGateTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly Meter _meter = new("test");

    public void Dispose() => _meter.Dispose();

    [Fact]
    public void Gauges_TellLimitUseAndQueue()
    {
        var gate = new InboundGate(new InboundOptions { Bulkhead = new BulkheadOptions { PermitLimit = 1, QueueLimit = 5 } }, _time, _meter);
        Assert.True(gate.Limiter.TryAcquire());
        var waiting = gate.Limiter.AcquireAsync(CallPriority.Normal, TimeSpan.FromSeconds(1), default);

        Assert.False(waiting.IsCompleted);
        Assert.Equal(
            [new("dr.inbound.in_use", 1), new("dr.inbound.limit", 1), new("dr.inbound.queued", 1)],
            GaugeReader.Read(_meter));
    }

    [Fact]
    public void Gauges_Disabled_HaveNoLimit()
    {
        _ = new InboundGate(new InboundOptions { Bulkhead = new BulkheadOptions { Enabled = false } }, _time, _meter);

        Assert.DoesNotContain("dr.inbound.limit", GaugeReader.Read(_meter).Keys);
    }

    [Fact]
    public void Rejections_AreCountedByReason()
    {
        var counted = new List<string>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, self) => { if (instrument.Meter == _meter) { self.EnableMeasurementEvents(instrument); } } };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => counted.Add($"{instrument.Name} {tags[0].Key}={tags[0].Value} {value}"));
        listener.Start();
        var gate = new InboundGate(new InboundOptions(), _time, _meter);

        gate.CountShed();
        gate.CountExpired();

        Assert.Equal(["dr.inbound.rejected dr.reason=shed 1", "dr.inbound.rejected dr.reason=expired 1"], counted);
    }

    /// <summary>The promise of the defaults: with fewer than 500 requests in flight none is shed, whatever the latency and the answers are.</summary>
    [Fact]
    public void Defaults_Below500InFlight_NeverShed()
    {
        var gate = new InboundGate(new InboundOptions(), _time, _meter);
        var random = new Random(20260731);
        var running = new Queue<long>();
        for (var step = 0; step < 200_000; step++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(random.Next(0, 20)));
            if (running.Count < 500)
            {
                Assert.True(gate.Limiter.TryAcquire(), $"shed with {running.Count} in flight at step {step}");
                running.Enqueue(_time.GetTimestamp());
            }

            // Phases in which everything is slow, or refused.
            if (running.Count == 500 || (step / 20_000 % 2 == 0 && random.Next(3) == 0 && running.Count > 0))
            {
                gate.Limiter.Release((PermitOutcome)random.Next(3), running.Dequeue(), _time.GetTimestamp());
            }
        }

        Assert.InRange(gate.Limiter.Snapshot().Limit, 500, 999);
    }
}
