using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace GameDay.Reporting;

/// <summary>Draws the recovery as bars over time, one row per phase.</summary>
internal static class TimelineDrawing
{
    private const int Width = 56;

    public static IRenderable Of(ExperimentReport report)
    {
        if (report.Rto is not { Phases: { } phases, ActualSeconds: { } all })
        {
            return new Text("No recovery was recorded.");
        }

        var rows = new List<IRenderable> { Line($"Recovery of writes: {all:0.000} s, objective {report.Rto.TargetSeconds:0} s, counted from the kill") };
        if (Promotion(report) is var (ordered, done))
        {
            rows.Add(Row("promotion", ordered, done, all, "by the operator"));
        }

        var start = 0d;
        foreach (var (name, seconds) in phases.InOrder)
        {
            rows.Add(Row(name, start, start + seconds, all, null));
            start += seconds;
        }

        return new Rows(rows);
    }

    private static (double Ordered, double Done)? Promotion(ExperimentReport report)
    {
        var done = report.Timeline.FirstOrDefault(e => e.Event.EndsWith("was seen writable", StringComparison.Ordinal));
        return done is null || report.Promotion is not { } promotion ? null : (done.Seconds - (promotion.DurationMs / 1000), done.Seconds);
    }

    private static Text Row(string name, double from, double to, double all, string? note)
    {
        var first = Math.Clamp((int)Math.Round(from / all * Width), 0, Width - 1);
        var last = Math.Clamp((int)Math.Round(to / all * Width), first, Width);
        var bar = new string(' ', first) + (last > first ? new string(note is null ? '█' : '░', last - first) : "▏");
        return Line($"{name,-13} {bar,-Width} {(to - from) * 1000,8:0.0} ms{(note is null ? "" : "  " + note)}");
    }

    private static Text Line(FormattableString text) => new(text.ToString(CultureInfo.InvariantCulture));
}
