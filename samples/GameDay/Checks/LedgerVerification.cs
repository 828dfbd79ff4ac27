using GameDay.History;
using GameDay.Timing;

namespace GameDay.Checks;

/// <summary>Gives the service time to finish what it still works on, then compares.</summary>
/// <remarks>
/// A failover can leave a payment open whose outcome was not replicated. The service finds such a payment by itself after
/// some seconds; it is lost only if it does not.
/// </remarks>
internal static class LedgerVerification
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    public static async Task<LedgerFindings> RunAsync(
        string survivor, IReadOnlyList<Operation> operations, string? deadRegion, RunClock clock, CancellationToken ct)
    {
        var until = clock.Now + Patience;
        while (true)
        {
            var findings = LedgerCheck.Compare(operations, await SurvivorLedger.ReadAsync(survivor, ct), deadRegion);
            if ((findings.Pending == 0 && findings.Unfinished.Count == 0) || clock.Now >= until)
            {
                return findings;
            }

            await Task.Delay(Interval, clock.Time, ct);
        }
    }
}
