namespace Resilience.TestKit.Network;

internal static class ProxyClock
{
    // A timer's least step; a shorter wait would be a busy one.
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    public static long After(this TimeProvider time, long timestamp, TimeSpan span) => timestamp + (long)(span.TotalSeconds * time.TimestampFrequency);

    /// <summary>Waits until a moment, or until the toxics have changed, whichever is earlier.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="due">The timestamp to wait for; null: only for a change.</param>
    /// <param name="changed">Ends the wait.</param>
    /// <param name="ended">Ends the wait with an exception.</param>
    /// <returns>Whether there was anything to wait for; whoever waited looks at the toxics again.</returns>
    public static async ValueTask<bool> WaitUntilAsync(this TimeProvider time, long? due, CancellationToken changed, CancellationToken ended)
    {
        var left = due is { } moment ? time.GetElapsedTime(time.GetTimestamp(), moment) : Longest;
        if (left <= TimeSpan.Zero)
        {
            return false;
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(changed, ended);
        await Task.Delay(left < Least ? Least : left > Longest ? Longest : left, time, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        ended.ThrowIfCancellationRequested();
        return true;
    }
}
