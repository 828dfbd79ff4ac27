using GameDay.Reporting.Page.Charts;

namespace GameDay.Reporting.Page.Sections;

/// <summary>Which phase of the recovery took how much of it.</summary>
internal static class GapSection
{
    public static Html? Of(ExperimentReport report) =>
        report.Objectives.FirstOrDefault(o => o is { Name: "rto", ActualSeconds: not null, Phases.Count: > 0 }) is not { ActualSeconds: { } actual } rto
            ? null
            : Html.Of($"""
                <section aria-labelledby="gap">
                <h2 id="gap">Where the recovery time went</h2>
                <p>{rto.Explanation}</p>
                <div class="scroll" role="region" tabindex="0" aria-label="Drawing of the recovery time">
                {GapChart.Draw(rto, actual)}</div>
                {Table(rto, actual)}</section>

                """);

    private static Html Table(ObjectiveResult rto, double actual)
    {
        var rows = rto.Phases.Select(p => (IReadOnlyList<Html>)
        [
            HtmlTable.Cell(p.Phase),
            HtmlTable.Cell(Meaning(p.Phase)),
            Html.Of($"{p.Seconds:0.000}"),
            HtmlTable.Cell(Figures.Percent(p.Share)),
            HtmlTable.Cell(p.AtMostSeconds is { } most ? FormattableString.Invariant($"{most:0.000}") : "not enough alone"),
        ]);
        IReadOnlyList<Html> sum =
        [
            HtmlTable.Cell("together"), HtmlTable.Cell("fault to first success"), Html.Of($"{actual:0.000}"), HtmlTable.Cell(Figures.Percent(1)),
            Html.Of($"{rto.TargetSeconds:0.000}"),
        ];
        return HtmlTable.Of(
            "Phases of the recovery; the last column is how long one may take for the objective to be met, the others being as they were",
            ["Phase", "It lasts until", "#Seconds", "#Share", "#At most (s)"],
            rows.Append(sum));
    }

    private static string Meaning(string phase) => phase switch
    {
        "detection" => "the writer was declared lost",
        "validation" => "the successor was proven, after its promotion",
        "decision" => "it was decided to follow it",
        "switch" => "new work went there",
        "firstSuccess" => "the first commit there",
        _ => "no phase accounts for it",
    };
}
