using System.Numerics;

namespace Resilience.Internal;

/// <summary>
/// Which of several copies of a counter the running thread uses. One copy per processor, apart in memory, keeps the
/// processors from fetching the same cache line from each other at every call.
/// </summary>
internal static class Stripe
{
    /// <summary>Longs between two copies: two cache lines, because processors fetch neighbouring lines in pairs.</summary>
    public const int Padding = 16;

    // More copies would cost memory and reading time; 16 already make a meeting of two threads rare.
    private const int Most = 16;

    /// <summary>The number of copies, a power of two.</summary>
    public static readonly int Count = (int)Math.Min(BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount), Most);

    /// <summary>The copy of the running thread. It may move to another processor at any time, so a copy still needs atomic changes.</summary>
    public static int Current => Thread.GetCurrentProcessorId() & (Count - 1);
}
