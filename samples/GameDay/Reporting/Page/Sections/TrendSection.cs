using GameDay.Reporting.Page.Charts;
using GameDay.Reporting.Trends;

namespace GameDay.Reporting.Page.Sections;

/// <summary>This run among the earlier ones of the same experiment.</summary>
internal static class TrendSection
{
    private const int MostRuns = 40;

    public static Html? Of(ExperimentReport report, Trend trend)
    {
        var runs = trend.Of(report.Experiment, MostRuns);
        return runs.Count == 0 && trend.Remarks.Count == 0 ? null : Html.Of($"""
            <section aria-labelledby="trend">
            <h2 id="trend">Trend</h2>
            {Runs(report, runs)}{Html.Join(trend.Remarks.Select(r => Html.Of($"<p class=\"note\">{r}</p>\n")))}</section>

            """);
    }

    private static Html? Runs(ExperimentReport report, IReadOnlyList<TrendEntry> runs) => runs.Count switch
    {
        0 => null,
        1 => Html.Of($"<p>This is the only run of {report.Experiment} that is kept in this directory.</p>\n"),
        _ => Html.Of($"""
            <div class="scroll" role="region" tabindex="0" aria-label="Drawing of the trend">
            {TrendChart.Draw(runs, report.Rto.TargetSeconds)}</div>
            <details>
            <summary>The runs as a table ({runs.Count} rows)</summary>
            {HtmlTable.Of(
                $"The last runs of {report.Experiment}",
                ["Run", "Verdict", "#RTO (s)", "#Lost", "#p99 ms", "#Failed", "#Seed"],
                runs.Select(r => (IReadOnlyList<Html>)
                [
                    HtmlTable.Cell(Figures.Utc(r.Time)),
                    HtmlTable.Cell(Words.Of(r.Verdict)),
                    HtmlTable.Cell(r.RtoSeconds is { } rto ? FormattableString.Invariant($"{rto:0.000}") : Figures.None),
                    Html.Of($"{r.AcknowledgedLost}"),
                    HtmlTable.Cell(Figures.Milliseconds(r.P99Ms)),
                    Html.Of($"{r.Failed}"),
                    Html.Of($"{r.Seed}"),
                ]))}</details>

            """),
    };
}
