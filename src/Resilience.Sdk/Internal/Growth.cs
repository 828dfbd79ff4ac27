namespace Resilience.Internal;

/// <summary>Durations that grow up to a bound, without ever overflowing.</summary>
internal static class Growth
{
    /// <summary><paramref name="first"/> doubled so many times, at most <paramref name="longest"/>.</summary>
    public static TimeSpan Doubled(TimeSpan first, int times, TimeSpan longest) => Times(first, Math.ScaleB(1, times), longest);

    /// <summary><paramref name="duration"/> times <paramref name="factor"/>, at most <paramref name="longest"/>.</summary>
    public static TimeSpan Times(TimeSpan duration, double factor, TimeSpan longest)
    {
        // In floating point, because ticks would overflow long before the comparison. 0 × ∞ is NaN and must stay zero.
        var ticks = duration.Ticks == 0 ? 0 : duration.Ticks * factor;
        return ticks >= longest.Ticks ? longest : TimeSpan.FromTicks((long)ticks);
    }
}
