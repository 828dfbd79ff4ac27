namespace Resilience.Benchmarks;

/// <summary>Measures two things in turn, so that a drift of the machine hits both, and takes the least of many batches.</summary>
internal static class Pairs
{
    /// <summary>What one batch does so often.</summary>
    public const int Calls = 2_000;

    private const int Batches = 1_000;

    /// <param name="ours">A batch of <see cref="Calls"/> of ours.</param>
    /// <param name="peer">A batch of the peer's.</param>
    public static async Task<((double Ns, double Bytes) Ours, (double Ns, double Bytes) Peer)> MeasureAsync(Func<Task> ours, Func<Task> peer)
    {
        var best = (Ours: (Ns: double.MaxValue, Bytes: double.MaxValue), Peer: (Ns: double.MaxValue, Bytes: double.MaxValue));
        for (var batch = 0; batch < Batches; batch++)
        {
            best = batch % 2 == 0
                ? (Least(best.Ours, await OnceAsync(ours)), Least(best.Peer, await OnceAsync(peer)))
                : (best.Ours, Least(best.Peer, await OnceAsync(peer)));
            best = batch % 2 == 1 ? (Least(best.Ours, await OnceAsync(ours)), best.Peer) : best;
        }

        return best;
    }

    private static async Task<(double Ns, double Bytes)> OnceAsync(Func<Task> batch)
    {
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var began = TimeProvider.System.GetTimestamp();
        await batch();
        return (
            Math.Round(TimeProvider.System.GetElapsedTime(began).TotalNanoseconds / Calls, 1),
            Math.Round((double)(GC.GetAllocatedBytesForCurrentThread() - allocated) / Calls));
    }

    private static (double Ns, double Bytes) Least((double Ns, double Bytes) left, (double Ns, double Bytes) right) =>
        (Math.Min(left.Ns, right.Ns), Math.Min(left.Bytes, right.Bytes));
}
