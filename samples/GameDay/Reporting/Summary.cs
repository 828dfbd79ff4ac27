using System.Globalization;
using Spectre.Console;

namespace GameDay.Reporting;

/// <summary>What is printed when a run is over.</summary>
internal static class Summary
{
    public static void Print(IAnsiConsole console, ExperimentReport report, string path)
    {
        console.WriteLine();
        console.Write(TimelineDrawing.Of(report, console.Profile.Width));
        console.WriteLine();
        if (report.Promotion is { } promotion)
        {
            console.WriteLine(Text(
                $"Promotion took {promotion.DurationMs:0} ms; first payment on the promoted region {promotion.EndToFirstCommitMs:0.0} ms after its end."));
        }

        var lag = report.Rpo.DurabilityLagMs is { } known ? Text($"the standby was {known:0.0} ms behind when the writer died") : "how far the standby was behind is unknown";
        console.WriteLine(Text($"Acknowledged payments lost by replication: {report.Rpo.AcknowledgedLost}; {lag}."));
        foreach (var id in report.Rpo.LostPaymentIds)
        {
            console.WriteLine($"  lost: {id}");
        }

        console.WriteLine();
        console.Write(WindowTable.Of(report.Windows));
        foreach (var check in report.Checks)
        {
            console.MarkupLine($"{(check.Held ? "[green]held[/]  " : "[red]BROKEN[/]")}  {check.Name.EscapeMarkup()}: {check.Detail.EscapeMarkup()}");
        }

        foreach (var failure in report.Failures)
        {
            console.WriteLine($"  failed: {failure}");
        }

        console.WriteLine();
        console.MarkupLine($"[bold {(report.Verdict == Verdict.Passed ? "green" : "red")}]{report.Verdict.ToString().ToUpperInvariant()}[/]  {report.Reason.EscapeMarkup()}");
        console.WriteLine($"Report: {path}");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
