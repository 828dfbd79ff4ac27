namespace GameDay.Reporting.Page.Sections;

/// <summary>The hypothesis part by part, those that broke first, and the requests that failed.</summary>
internal static class ChecksSection
{
    public static Html Of(ExperimentReport report) => Html.Of($"""
        <section aria-labelledby="checks">
        <h2 id="checks">Checks</h2>
        {HtmlTable.Of(
            "The parts of the hypothesis",
            ["Check", "Result", "Detail"],
            report.Checks.OrderBy(c => c.Held).Select(c => (IReadOnlyList<Html>)[HtmlTable.Cell(c.Name), Words.Held(c.Held), HtmlTable.Cell(c.Detail)]))}{Failures(report)}{Lost(report)}</section>

        """);

    private static Html? Failures(ExperimentReport report) => report.Failures.Count == 0 ? null : Html.Of($"""
        <h3>Requests that failed</h3>
        <p>The first {report.Failures.Count} of {Figures.Count(report.Requests.Failed)}.</p>
        <ol class="raw">
        {Html.Join(report.Failures.Select(f => Html.Of($"<li>{f}</li>\n")))}</ol>

        """);

    private static Html? Lost(ExperimentReport report) => report.Rpo.LostPaymentIds.Count == 0 ? null : Html.Of($"""
        <h3>Acknowledged payments that are lost</h3>
        <ol class="raw">
        {Html.Join(report.Rpo.LostPaymentIds.Select(id => Html.Of($"<li>{id}</li>\n")))}</ol>

        """);
}
