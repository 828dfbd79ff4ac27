using Resilience.Internal;

namespace Resilience.Pipelines.Timeouts;

/// <summary>
/// The moment after which nobody waits for the answer to the running call. It flows with the code, through awaits and into
/// tasks, so that every dependency that is called meanwhile gets no more time than is left, and is told how much that is.
/// </summary>
/// <remarks>
/// <para>For requests that come in, the deadline is begun from the header <see cref="HeaderName"/>; begin one yourself
/// around work that starts elsewhere, such as a message from a queue. Scopes nest; an inner one can only shorten.</para>
/// <para>A deadline cancels nothing by itself. Calls to dependencies observe it; a caller's own loop looks at
/// <see cref="Remaining"/>.</para>
/// <para>Measured on the monotonic time of the given provider: setting the system's clock does not move it. Safe for
/// concurrent use. A scope belongs to the asynchronous method that began it: begun inside a method that is awaited, it ends
/// for the caller when that method returns.</para>
/// </remarks>
/// <example><code>
/// using (CallDeadline.Begin(TimeSpan.FromSeconds(2)))
/// {
///     await client.GetAsync("rates");
/// }
/// </code></example>
public static class CallDeadline
{
    /// <summary>
    /// The header that carries the time left, in whole milliseconds from 1 to 86400000. A duration and not a moment, as
    /// with <c>grpc-timeout</c>, because the clocks of two machines do not agree; the time on the wire is not subtracted.
    /// </summary>
    public const string HeaderName = "X-Dr-Timeout-Ms";

    // Far beyond any wait, and far from where adding to it overflows.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(365);
    private static readonly AsyncLocal<DeadlineScope?> Ambient = new();
    private static readonly MonotonicClock SystemClock = new(TimeProvider.System);

    /// <summary>The time left, zero when it is over; null when no deadline is set.</summary>
    public static TimeSpan? Remaining => Current is { } deadline
        ? deadline.Remaining is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero
        : null;

    /// <summary>Whether there is a deadline and it has passed.</summary>
    public static bool IsExpired => Current is { IsPast: true };

    /// <summary>The deadline, null when none is set.</summary>
    internal static Deadline? Current => Ambient.Value?.Open?.Deadline;

    /// <summary>Sets a deadline for the code up to the disposal of the result.</summary>
    /// <param name="timeout">
    /// From now; zero or less, <see cref="Timeout.InfiniteTimeSpan"/> included, for a deadline that has passed. An earlier
    /// deadline around it stays in force.
    /// </param>
    /// <param name="timeProvider">The clock; the system's by default.</param>
    /// <returns>Ends the scope when disposed, for work that was started inside and still runs as well.</returns>
    public static IDisposable Begin(TimeSpan timeout, TimeProvider? timeProvider = null)
    {
        var clock = timeProvider is null || timeProvider == TimeProvider.System ? SystemClock : new MonotonicClock(timeProvider);
        return Begin(timeout, clock);
    }

    internal static IDisposable Begin(TimeSpan timeout, MonotonicClock clock)
    {
        var outer = Ambient.Value?.Open;
        timeout = timeout < TimeSpan.Zero ? TimeSpan.Zero : timeout > Longest ? Longest : timeout;

        // Compared by what is left, as the two may run on different clocks.
        var deadline = outer is not null && outer.Deadline.Remaining <= timeout ? outer.Deadline : Deadline.In(timeout, clock);
        var scope = new DeadlineScope(deadline, outer);
        Ambient.Value = scope;
        return scope;
    }

    /// <summary>Takes scopes that have ended out of the running code's context, in whatever order they ended.</summary>
    internal static void Leave()
    {
        if (Ambient.Value is { } scope && scope.Open is var open && open != scope)
        {
            Ambient.Value = open;
        }
    }
}
