using GameDay.Timing;
using Spectre.Console;

namespace GameDay.Terminal;

/// <summary>Standard output, as a terminal or as plain text.</summary>
internal sealed class Screen
{
    private const int PlainWidth = 1_000;

    private Screen(bool isTerminal)
    {
        IsTerminal = isTerminal;
        Console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = isTerminal ? InteractionSupport.Detect : InteractionSupport.No,
            // They would turn escape codes on again for some build servers.
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
        if (!isTerminal)
        {
            // A line of a log is broken by whoever shows it.
            Console.Profile.Width = PlainWidth;
        }
    }

    public bool IsTerminal { get; }

    public IAnsiConsole Console { get; }

    public static Screen Open() =>
        new(!System.Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is { Length: > 0 } and not "dumb");

    public IProgressDisplay Progress(RunClock clock) => IsTerminal ? new LiveDisplay(Console, clock) : new PlainDisplay(Console, clock);
}
