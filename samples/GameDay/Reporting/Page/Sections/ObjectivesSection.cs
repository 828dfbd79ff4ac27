namespace GameDay.Reporting.Page.Sections;

/// <summary>Objectives and whether they were met, and what the outage is worth to the business.</summary>
internal static class ObjectivesSection
{
    public static Html? Of(ExperimentReport report) => report.Objectives.Count == 0 && report.Impact is null ? null : Html.Of($"""
        <section aria-labelledby="objectives">
        <h2 id="objectives">Objectives</h2>
        {Results(report)}{Business(report)}</section>

        """);

    private static Html? Results(ExperimentReport report) => report.Objectives.Count == 0 ? null : HtmlTable.Of(
        "Objectives and what was measured",
        ["Objective", "Set by", "#Target", "#Measured", "Met", "Explanation"],
        report.Objectives.Select(o => (IReadOnlyList<Html>)
        [
            Name(o.Name),
            HtmlTable.Cell(o.SetBy),
            HtmlTable.Cell(Figures.Seconds(o.TargetSeconds)),
            HtmlTable.Cell(Figures.Seconds(o.ActualSeconds)),
            Words.Met(o.Met),
            HtmlTable.Cell(o.Explanation),
        ]));

    private static Html Name(string name) => name switch
    {
        "rto" => Html.Of($"<abbr title=\"recovery time objective\">RTO</abbr>"),
        "rpo" => Html.Of($"<abbr title=\"recovery point objective\">RPO</abbr>"),
        _ => HtmlTable.Cell(name),
    };

    private static Html? Business(ExperimentReport report) => report.Impact is not { } impact ? null : HtmlTable.Of(
        "Business impact, by the business impact analysis",
        ["System", "#Tier", "Strategy", "#Cost of a minute", "#Downtime", "#Cost of this run"],
        [
            [
                HtmlTable.Cell(impact.System),
                Html.Of($"{impact.Tier}"),
                HtmlTable.Cell(impact.Strategy),
                HtmlTable.Cell(Figures.Amount(impact.Currency, impact.CostPerMinute)),
                HtmlTable.Cell(Figures.Seconds(impact.DowntimeSeconds)),
                HtmlTable.Cell(Figures.Amount(impact.Currency, impact.Cost)),
            ],
        ]);
}
