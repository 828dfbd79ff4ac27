using GameDay.Deployment;
using GameDay.History;
using GameDay.Timing;

namespace GameDay.Checks;

/// <summary>Gives the service time to finish what it still works on, then compares all books with the history.</summary>
/// <remarks>
/// A failover can leave a payment open whose outcome was not replicated, and an outage leaves payments in the queue. The service
/// finds both by itself after some seconds; they are lost only if it does not.
/// </remarks>
internal static class LedgerVerification
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    public static async Task<Verification> RunAsync(
        DatabaseRegions database, Uri gateway, IReadOnlyList<Operation> operations, RunClock clock, CancellationToken ct)
    {
        var until = clock.Now + Patience;
        while (true)
        {
            var found = await CompareAsync(database, gateway, operations, ct);
            var unfinished = found.Ledger.Pending > 0 || found.Ledger.Unfinished.Count > 0 || found.Ledger.Unexplained.Count > 0 || found.Accounts.Unbalanced.Count > 0;
            if (!unfinished || clock.Now >= until)
            {
                return found;
            }

            await Task.Delay(Interval, clock.Time, ct);
        }
    }

    private static async Task<Verification> CompareAsync(
        DatabaseRegions database, Uri gateway, IReadOnlyList<Operation> operations, CancellationToken ct)
    {
        // The ledger first: what is settled meanwhile is in the gateway's book already.
        var ledger = await SurvivorLedger.ReadAsync(database.Writer.AdminConnectionString, ct);
        var charges = await GatewayBook.ReadAsync(gateway, ct);
        var switches = database.Losses.Where(loss => loss.PromotedAt is not null).ToList();
        var findings = LedgerCheck.Compare(operations, ledger, switches);
        return new Verification(
            findings,
            ChargeCheck.Compare(operations, charges),
            AccountCheck.Compare(operations, ledger.Values, charges, [.. findings.LostByReplication.Select(o => o.Key!)]),
            FencingCheck.Compare(operations, database.RowsOfFormerWriters, ledger, switches.FirstOrDefault()?.PromotedAt));
    }
}
