using System.Reflection;
using GameDay.Reporting.Page.Sections;
using GameDay.Reporting.Trends;

namespace GameDay.Reporting.Page;

/// <summary>report.html: one file that needs nothing else, neither a script nor the network, and prints whole.</summary>
internal static class ReportPage
{
    private static readonly string Style = ReadStyle();

    public static string Write(ExperimentReport report, Trend trend)
    {
        var page = Html.Of($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8" />
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <meta name="color-scheme" content="light dark" />
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
            <title>{Words.Of(report.Verdict).ToUpperInvariant()}: {report.Experiment}, {Figures.Utc(report.StartedAt)}</title>

            """);

        // Not a value of the page: escaped, a style sheet would not be one any more.
        var style = $"<style>\n{Style}</style>\n";
        var body = Html.Of($"""
            </head>
            <body>
            <main>
            {VerdictSection.Of(report)}{ObjectivesSection.Of(report)}{TimelineSection.Of(report)}{GapSection.Of(report)}{ChecksSection.Of(report)}{WindowsSection.Of(report)}{EntriesSection.Of(report)}{TrendSection.Of(report, trend)}{AgainSection.Of(report)}</main>
            </body>
            </html>

            """);
        return $"{page}{style}{body}";
    }

    private static string ReadStyle()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("report.css")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
