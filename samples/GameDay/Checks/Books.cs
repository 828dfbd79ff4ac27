using GameDay.Deployment;

namespace GameDay.Checks;

/// <summary>Everything that was written down about the money of a run, beside the history of the clients.</summary>
/// <param name="Ledger">The payments of the region that writes in the end.</param>
/// <param name="Charges">Every decision of the gateway.</param>
/// <param name="FormerWriters">What former writers had before they were rebuilt.</param>
/// <param name="Switches">The promotions, in order.</param>
internal sealed record Books(
    IReadOnlyList<LedgerRow> Ledger, IReadOnlyList<ChargeRow> Charges, IReadOnlyList<FormerWriter> FormerWriters, IReadOnlyList<RegionLoss> Switches)
{
    public static async Task<Books> ReadAsync(DatabaseRegions database, Uri gateway, CancellationToken ct)
    {
        // The ledger first: what is settled meanwhile is in the gateway's book already.
        var ledger = await SurvivorLedger.ReadAsync(database.Writer.AdminConnectionString, ct);
        var charges = await GatewayBook.ReadAsync(gateway, ct);
        return new Books([.. ledger.Values], charges, database.FormerWriters, [.. database.Losses.Where(loss => loss.PromotedAt is not null)]);
    }
}
