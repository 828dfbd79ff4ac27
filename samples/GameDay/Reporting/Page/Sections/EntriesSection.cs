namespace GameDay.Reporting.Page.Sections;

/// <summary>The whole timeline in words.</summary>
internal static class EntriesSection
{
    public static Html? Of(ExperimentReport report) => report.Timeline.Count == 0 ? null : Html.Of($"""
        <section aria-labelledby="entries">
        <h2 id="entries">Entries of the timeline</h2>
        {HtmlTable.Of(
            "What the runner, the service and the clients saw",
            ["#No", "#Seconds", "UTC", "Seen by", "Event"],
            report.Timeline.Select((e, i) => (IReadOnlyList<Html>)
            [
                Html.Of($"{i + 1}"),
                HtmlTable.Cell(Figures.Moment(e.Seconds)),
                Html.Of($"{e.At.ToUniversalTime():HH:mm:ss.fff}"),
                HtmlTable.Cell(e.Source),
                HtmlTable.Cell(e.Event),
            ]))}</section>

        """);
}
