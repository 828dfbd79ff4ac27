using System.Globalization;
using GameDay.Timing;
using Spectre.Console;

namespace GameDay.Terminal;

/// <summary>One line per second, for logs and pipes.</summary>
internal sealed class PlainDisplay(IAnsiConsole console, RunClock clock) : IProgressDisplay
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    public async Task ShowAsync(RunStatus status, Task work)
    {
        var told = 0;
        while (!work.IsCompleted)
        {
            await Task.WhenAny(work, Task.Delay(Interval, clock.Time));
            var now = status.Snapshot();
            console.WriteLine(Line(now, now.Events.Skip(told).Select(e => e.Text)));
            told = now.Events.Count;
        }

        await work;
    }

    private static string Line(RunSnapshot now, IEnumerable<string> news)
    {
        var rates = now.PerSecond;
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"{now.Now.TotalSeconds,5:0.0} s  {now.Phase}: {rates.Succeeded} ok, {rates.Degraded} degraded, {rates.Failed} failed per second; writer {now.Writer}");
        var told = string.Join("; ", news);
        return told.Length > 0 ? $"{line} | {told}" : line;
    }
}
