using System.Globalization;
using System.Text.Json;
using GameDay.Checks;
using GameDay.History;
using Resilience.TestKit;

namespace Resilience.ChaosTests.RegionFailover;

/// <summary>What the test measured, for the test output and for a file that later runs can be compared with.</summary>
internal sealed record RegionFailoverMeasurements(
    int Clients,
    int Seed,
    int Kills,
    int Requests,
    int Failed,
    int Acknowledged,
    int LostByReplication,
    int Unexplained,
    int Charges,
    int DuplicateCharges,
    double MedianEndToFirstCommitMs,
    double WorstEndToFirstCommitMs,
    IReadOnlyList<MeasuredRound> Rounds)
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static RegionFailoverMeasurements Of(
        int clients, int seed, IReadOnlyList<Operation> operations, IReadOnlyList<FailoverRound> rounds, LedgerFindings ledger, ChargeFindings charges)
    {
        // A round without a commit counts as the longest wait of all.
        var waits = rounds.Select(r => r.EndToFirstCommitMs ?? double.MaxValue).Order().ToList();
        return new RegionFailoverMeasurements(
            clients,
            seed,
            rounds.Count,
            operations.Count,
            operations.Count(o => o.Outcome == Outcome.Failed),
            ledger.Acknowledged,
            ledger.LostByReplication.Count,
            ledger.Unexplained.Count,
            charges.Total,
            charges.Duplicates,
            Round((waits[(waits.Count - 1) / 2] + waits[waits.Count / 2]) / 2)!.Value,
            Round(waits[^1])!.Value,
            [.. rounds.Select(MeasuredRound.Of)]);
    }

    public async Task WriteAsync(string name)
    {
        var path = Path.Combine(ServicePaths.RepositoryRoot, "artifacts", "chaos", name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, JsonSerializer.Serialize(this, Format));
    }

    public string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"seed {Seed}: {Kills} kills, {Requests} requests of {Clients} clients, {Failed} failed; {Acknowledged} acknowledged, {LostByReplication} lost by replication, {Unexplained} unexplained; {Charges} charges, {DuplicateCharges} duplicates; end of promotion to first commit: median {MedianEndToFirstCommitMs:0.0} ms, worst {WorstEndToFirstCommitMs:0.0} ms\n{string.Join('\n', Rounds)}");

    internal static double? Round(double? value) => value is { } known ? Math.Round(known, 2) : null;
}
