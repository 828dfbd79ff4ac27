using GameDay.Reporting.Page.Charts;

namespace GameDay.Reporting.Page.Sections;

/// <summary>The drawn timeline, and everything in it as tables.</summary>
internal static class TimelineSection
{
    public static Html? Of(ExperimentReport report) => TimelineChart.Draw(report) is not { } chart ? null : Html.Of($"""
        <section aria-labelledby="timeline">
        <h2 id="timeline">Timeline</h2>
        <p>Zero is the fault.{Numbers(report)}</p>
        <div class="scroll" role="region" tabindex="0" aria-label="Drawing of the timeline">
        {chart}</div>
        {Faults(report)}{Episodes(report)}{Series(report)}</section>

        """);

    private static Html? Numbers(ExperimentReport report) => report.Timeline.Count == 0 ? null : Html.Of(
        $" Numbered lines are the <a href=\"#entries\">entries of the timeline</a>{More(report)}.");

    private static string More(ExperimentReport report) =>
        report.Timeline.Count > TimelineChart.MostMarkers ? FormattableString.Invariant($"; the first {TimelineChart.MostMarkers} of {report.Timeline.Count} are drawn") : "";

    private static Html? Faults(ExperimentReport report) => report.Faults.Count == 0 ? null : HtmlTable.Of(
        "What was done to the system",
        ["Fault", "Target", "#From (s)", "#To (s)"],
        report.Faults.Select(f => (IReadOnlyList<Html>)[HtmlTable.Cell(f.Action), HtmlTable.Cell(f.Target), Moment(f.FromSeconds), Moment(f.ToSeconds)]));

    private static Html? Episodes(ExperimentReport report) => report.Episodes.Count == 0 ? null : HtmlTable.Of(
        "Episodes: parts of the system that were not their usual selves",
        ["Part", "In which way", "#From (s)", "#To (s)"],
        report.Episodes.Select(e => (IReadOnlyList<Html>)[HtmlTable.Cell(e.Subject), HtmlTable.Cell(e.Text), Moment(e.FromSeconds), Moment(e.ToSeconds)]));

    private static Html? Series(ExperimentReport report) => report.Series.Buckets.Count == 0 ? null : Html.Of($"""
        <details>
        <summary>The curves as a table ({report.Series.Buckets.Count} rows)</summary>
        {HtmlTable.Of(
            FormattableString.Invariant($"Requests that ended in each {report.Series.BucketSeconds:0.###} s"),
            ["#From (s)", "#Succeeded", "#Degraded", "#Failed", "#p50 ms", "#p99 ms"],
            report.Series.Buckets.Select(b => (IReadOnlyList<Html>)
            [
                Moment(b.AtSeconds),
                Html.Of($"{b.Succeeded}"),
                Html.Of($"{b.Degraded}"),
                Html.Of($"{b.Failed}"),
                HtmlTable.Cell(Figures.Milliseconds(b.P50Ms)),
                HtmlTable.Cell(Figures.Milliseconds(b.P99Ms)),
            ]))}</details>

        """);

    private static Html Moment(double? seconds) => HtmlTable.Cell(seconds is { } known ? Figures.Moment(known) : "to the end");
}
