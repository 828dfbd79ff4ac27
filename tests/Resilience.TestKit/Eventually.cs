namespace Resilience.TestKit;

/// <summary>Polls until a condition holds, always bounded in time.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    /// <summary>The bound of waits for which the caller gave none; generous, for slow machines.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(30);

    public static Task UntilAsync(Func<bool> condition, Func<string> describe, CancellationToken ct, TimeSpan? patience = null) =>
        UntilAsync(_ => Task.FromResult(condition()), describe, ct, patience);

    /// <param name="condition">Tried again after every false; what it throws ends the wait.</param>
    /// <param name="describe">The message of the <see cref="TimeoutException"/>.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <param name="patience">The bound; <see cref="Patience"/> when null.</param>
    public static async Task UntilAsync(
        Func<CancellationToken, Task<bool>> condition, Func<string> describe, CancellationToken ct, TimeSpan? patience = null)
    {
        var bound = patience ?? Patience;
        var clock = TimeProvider.System;
        var started = clock.GetTimestamp();
        while (true)
        {
            var left = bound - clock.GetElapsedTime(started);
            if (left <= TimeSpan.Zero)
            {
                throw new TimeoutException($"{describe()} (waited {bound.TotalSeconds:0.#} s)");
            }

            // The condition itself may hang: a query to a stopped server returns long after its own time-out.
            bool holds;
            try
            {
                holds = await condition(ct).WaitAsync(left, clock, ct);
            }
            catch (TimeoutException)
            {
                continue;
            }

            if (holds)
            {
                return;
            }

            await Task.Delay(Interval, clock, ct);
        }
    }
}
