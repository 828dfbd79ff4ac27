namespace Resilience.TestKit.Network;

/// <summary>What a seed decides about the n-th thing of a kind, whatever is decided about others: a run can be repeated although its connections race.</summary>
internal static class Chance
{
    /// <returns>A number from 0 to below 1.</returns>
    public static double Of(int seed, int kind, long number) =>
        (Mix(Mix(Mix((ulong)(uint)seed) ^ (uint)kind) ^ (ulong)number) >> 11) * (1.0 / (1UL << 53));

    // SplitMix64: neighbouring numbers give unrelated ones.
    private static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
