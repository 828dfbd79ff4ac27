using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace GameDay.Reporting;

/// <summary>Draws the recovery as bars over time, one row per phase.</summary>
internal static class TimelineDrawing
{
    private const int MaxWidth = 60;
    private const int MinWidth = 10;

    /// <summary>What a row takes besides its bar.</summary>
    private const int Labels = 26;

    public static IRenderable Of(ExperimentReport report, int screenWidth)
    {
        if (report.Rto is not { Phases: { } phases, ActualSeconds: { } all })
        {
            return new Text("No recovery was recorded.");
        }

        var width = Math.Clamp(screenWidth - Labels, MinWidth, MaxWidth);
        var rows = new List<IRenderable> { Line($"Recovery of writes: {all:0.000} s, objective {report.Rto.TargetSeconds:0} s, counted from the kill") };
        if (Promotion(report) is var (ordered, done))
        {
            rows.Add(Row("(promotion)", ordered, done, all, width, '░'));
        }

        var start = 0d;
        foreach (var (name, seconds) in phases.InOrder)
        {
            rows.Add(Row(name, start, start + seconds, all, width, '█'));
            start += seconds;
        }

        return new Rows(rows);
    }

    private static (double Ordered, double Done)? Promotion(ExperimentReport report)
    {
        var done = report.Timeline.FirstOrDefault(e => e.Event.EndsWith("was seen writable", StringComparison.Ordinal));
        return done is null || report.Promotion is not { } promotion ? null : (done.Seconds - (promotion.DurationMs / 1000), done.Seconds);
    }

    private static Text Row(string name, double from, double to, double all, int width, char fill)
    {
        var first = Math.Clamp((int)Math.Round(from / all * width), 0, width - 1);
        var last = Math.Clamp((int)Math.Round(to / all * width), first, width);
        var bar = (new string(' ', first) + (last > first ? new string(fill, last - first) : "▏")).PadRight(width);
        return Line($"{name,-13} {bar} {(to - from) * 1000,8:0.0} ms");
    }

    private static Text Line(FormattableString text) => new(text.ToString(CultureInfo.InvariantCulture));
}
