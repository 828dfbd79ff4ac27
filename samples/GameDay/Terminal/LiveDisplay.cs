using System.Globalization;
using GameDay.Timing;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace GameDay.Terminal;

/// <summary>A panel that is redrawn in place, for people at a terminal.</summary>
internal sealed class LiveDisplay(IAnsiConsole console, RunClock clock) : IProgressDisplay
{
    private const int BarWidth = 40;
    private const int EventsShown = 8;
    private const string Levels = " ▁▂▃▄▅▆▇█";

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    public async Task ShowAsync(RunStatus status, Task work)
    {
        await console.Live(Draw(status)).StartAsync(async live =>
        {
            while (!work.IsCompleted)
            {
                await Task.WhenAny(work, Task.Delay(Interval, clock.Time));
                live.UpdateTarget(Draw(status));
            }
        });
        await work;
    }

    private static Panel Draw(RunStatus status)
    {
        var now = status.Snapshot();
        var filled = (int)Math.Round(now.Progress * BarWidth);
        var (rates, total) = (now.PerSecond, now.Total);
        var rows = new List<IRenderable>
        {
            Line($"[green]{new string('━', filled)}[/][grey]{new string('━', BarWidth - filled)}[/] {now.Progress,4:P0}  [bold]{now.Phase.EscapeMarkup()}[/]"),
            Line($"writer [bold]{now.Writer.EscapeMarkup()}[/]   in flight {now.InFlight}   {now.Now.TotalSeconds:0.0} s"),
            Line($"per second  [green]{rates.Succeeded,5} succeeded[/]  {Alarm(rates.Degraded, "yellow", "degraded")}  {Alarm(rates.Failed, "red", "failed")}"),
            Line($"in all      [green]{total.Succeeded,5} succeeded[/]  {Alarm(total.Degraded, "yellow", "degraded")}  {Alarm(total.Failed, "red", "failed")}"),
            Line($"[green]{Sparkline(now.SuccessesBySecond)}[/]"),
        };
        rows.AddRange(now.Events.TakeLast(EventsShown).Select(e => Line($"[grey]{e.At.TotalSeconds,5:0.0} s[/]  {e.Text.EscapeMarkup()}")));
        return new Panel(new Rows(rows)) { Header = new PanelHeader($" {status.Experiment.EscapeMarkup()} "), Expand = true };
    }

    private static Markup Line(FormattableString markup) => new(markup.ToString(CultureInfo.InvariantCulture));

    private static string Alarm(int count, string colour, string name) =>
        string.Create(CultureInfo.InvariantCulture, $"[{(count > 0 ? colour : "grey")}]{count,5} {name}[/]");

    private static string Sparkline(IReadOnlyList<double> values)
    {
        var most = values.DefaultIfEmpty(0).Max();
        return most <= 0 ? " " : string.Concat(values.Select(v => Levels[(int)Math.Ceiling(v / most * (Levels.Length - 1))]));
    }
}
