namespace GameDay.Reporting.Page.Sections;

/// <summary>Requests and latency before, during and after.</summary>
internal static class WindowsSection
{
    public static Html? Of(ExperimentReport report) => report.Windows.Count == 0 ? null : Html.Of($"""
        <section aria-labelledby="windows">
        <h2 id="windows">Before, during, after</h2>
        {HtmlTable.Of(
            "Requests by outcome and their latency in ms, counted from when each was due",
            ["Window", "#Sent", "#Succeeded", "#Degraded", "#Failed", "#p50", "#p95", "#p99", "#max"],
            report.Windows.Select(w => (IReadOnlyList<Html>)
            [
                HtmlTable.Cell(w.Name),
                HtmlTable.Cell(Figures.Count(w.Total)),
                HtmlTable.Cell(Figures.Count(w.Succeeded)),
                HtmlTable.Cell(Figures.Count(w.Degraded)),
                HtmlTable.Cell(Figures.Count(w.Failed)),
                HtmlTable.Cell(Figures.Milliseconds(w.LatencyMs.P50)),
                HtmlTable.Cell(Figures.Milliseconds(w.LatencyMs.P95)),
                HtmlTable.Cell(Figures.Milliseconds(w.LatencyMs.P99)),
                HtmlTable.Cell(Figures.Milliseconds(w.LatencyMs.Max)),
            ]))}</section>

        """);
}
