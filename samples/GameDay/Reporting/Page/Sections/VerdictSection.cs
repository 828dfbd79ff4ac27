namespace GameDay.Reporting.Page.Sections;

/// <summary>What somebody with ten seconds reads.</summary>
internal static class VerdictSection
{
    public static Html Of(ExperimentReport report)
    {
        var verdict = Words.Of(report.Verdict);
        return Html.Of($"""
            <header class="verdict {verdict}">
            <p class="kicker">Game day report · {Figures.Utc(report.StartedAt)}</p>
            <h1><span class="badge">{Sign(report.Verdict)} {verdict}</span> {report.Experiment}</h1>
            <p class="reason">{report.Reason}</p>
            </header>
            <section aria-labelledby="hypothesis">
            <h2 id="hypothesis">Hypothesis</h2>
            <p>{report.Hypothesis}</p>
            <ul class="tiles">
            {Tile("Recovery time", Figures.Seconds(report.Rto.ActualSeconds), $"objective {Figures.Seconds(report.Rto.TargetSeconds)}")}{Tile("Acknowledged and lost", Figures.Count(report.Rpo.AcknowledgedLost), Lag(report.Rpo))}{Tile("Failed requests", Figures.Count(report.Requests.Failed), $"of {Figures.Count(report.Requests.Total)}; {Figures.Count(report.Requests.Degraded)} degraded")}{Tile("Latency p99", $"{Figures.Milliseconds(report.LatencyMs.P99)} ms", $"median {Figures.Milliseconds(report.LatencyMs.P50)} ms")}{Charges(report)}{Cost(report)}</ul>
            </section>

            """);
    }

    private static string Sign(Verdict verdict) => verdict switch
    {
        Verdict.Passed => "✓",
        Verdict.Failed => "✗",
        Verdict.Aborted => "■",
        _ => "?",
    };

    private static string Lag(RecoveryPoint rpo) =>
        rpo.DurabilityLagMs is { } ms ? $"the standby was {Figures.Milliseconds(ms)} ms behind" : "the lag of the standby is unknown";

    private static Html Charges(ExperimentReport report) => report.Charges is { } charges
        ? Tile("Charged twice", Figures.Count(charges.Duplicates), $"of {Figures.Count(charges.Total)} charges")
        : Tile("Charged twice", Figures.None, "the gateway could not be asked");

    private static Html? Cost(ExperimentReport report) => report.Impact is { } impact
        ? Tile("Cost of this outage", Figures.Amount(impact.Currency, impact.Cost), $"{Figures.Amount(impact.Currency, impact.CostPerMinute)} a minute")
        : null;

    private static Html Tile(string name, string figure, string note) =>
        Html.Of($"<li><span class=\"name\">{name}</span> <strong>{figure}</strong> <span class=\"note\">{note}</span></li>\n");
}
