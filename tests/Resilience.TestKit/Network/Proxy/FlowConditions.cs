using System.Collections.Immutable;

namespace Resilience.TestKit.Network;

/// <summary>What the toxics, all together, mean for one half of one connection.</summary>
internal sealed class FlowConditions
{
    // So that a limit is felt as a steady stream and not as one burst a second.
    private const int PiecesPerSecond = 20;

    private readonly ImmutableArray<LatencyToxic> _latencies;
    private readonly ImmutableArray<SlicerToxic> _slicers;
    private readonly long? _bytesPerSecond;

    public FlowConditions(ToxicSet set, int connection, ToxicDirection half)
    {
        var toxics = set.Of(connection).Where(t => t.Toxic.IsFor(half)).ToList();
        Changed = set.Changed;
        Swallows = toxics.Exists(t => t.Toxic is BlackholeToxic);
        Limits = [.. toxics.Where(t => t.Toxic is LimitDataToxic)];
        CloseDelay = Sum(toxics.Select(t => t.Toxic).OfType<SlowCloseToxic>().Select(t => t.Delay));
        _latencies = [.. toxics.Select(t => t.Toxic).OfType<LatencyToxic>()];
        _slicers = [.. toxics.Select(t => t.Toxic).OfType<SlicerToxic>()];
        _bytesPerSecond = toxics.Select(t => t.Toxic).OfType<BandwidthToxic>().Min(t => (long?)t.BytesPerSecond);
    }

    public CancellationToken Changed { get; }

    public bool Swallows { get; }

    public TimeSpan CloseDelay { get; }

    public ImmutableArray<AddedToxic> Limits { get; }

    public TimeSpan DelayOf(Chunk chunk) => Sum(_latencies.Select(l => l.Latency + (l.Jitter * ((2 * chunk.Chance) - 1))));

    /// <summary>How many of the bytes may go at once.</summary>
    public int PieceOf(int bytes)
    {
        var piece = _bytesPerSecond is { } rate ? (int)Math.Min(bytes, Math.Max(1, rate / PiecesPerSecond)) : bytes;
        return _slicers.Aggregate(piece, (least, slicer) => Math.Min(least, slicer.Size));
    }

    /// <summary>How long the way is taken by so many bytes.</summary>
    public TimeSpan PauseAfter(int bytes)
    {
        var slow = _bytesPerSecond is { } rate ? TimeSpan.FromSeconds((double)bytes / rate) : TimeSpan.Zero;
        var sliced = Sum(_slicers.Select(s => s.Delay));
        return slow > sliced ? slow : sliced;
    }

    private static TimeSpan Sum(IEnumerable<TimeSpan> times) => times.Aggregate(TimeSpan.Zero, (sum, time) => sum + time);
}
