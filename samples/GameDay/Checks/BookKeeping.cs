using GameDay.Deployment;
using GameDay.History;
using GameDay.Timing;

namespace GameDay.Checks;

/// <summary>Gives the service time to finish what it still works on, then closes the books.</summary>
/// <remarks>
/// A failover can leave a payment open whose outcome was not replicated, and an outage leaves payments in the queue. The service
/// finds both by itself after some seconds; they are lost only if it does not.
/// </remarks>
internal static class BookKeeping
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    public static async Task<Books> RunAsync(
        DatabaseRegions database, Uri gateway, IReadOnlyList<Operation> operations, RunClock clock, CancellationToken ct)
    {
        var until = clock.Now + Patience;
        while (true)
        {
            var books = await Books.ReadAsync(database, gateway, ct);
            if (!Verification.Of(operations, books).IsUnfinished || clock.Now >= until)
            {
                return books;
            }

            await Task.Delay(Interval, clock.Time, ct);
        }
    }
}
