using System.CommandLine;
using GameDay.Experiments;
using GameDay.Yaml;

namespace GameDay.CommandLine;

/// <summary>The command line: <c>list</c>, <c>actions</c>, <c>run</c> and <c>check</c>.</summary>
internal static class GameDayCommands
{
    public static async Task<int> InvokeAsync(string[] args, Func<RunRequest, Task<int>> run)
    {
        ParseResult result;
        try
        {
            result = Root(run).Parse(args);
        }
        catch (YamlFileException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return ExitCodes.WrongUsage;
        }

        if (result.Errors.Count > 0)
        {
            foreach (var error in result.Errors)
            {
                await Console.Error.WriteLineAsync(error.Message);
            }

            await Console.Error.WriteLineAsync("'--help' shows what is possible.");
            return ExitCodes.WrongUsage;
        }

        // Signals end the servers and the process at once; the library would wait for a cancellation that nobody heeds.
        return await result.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false });
    }

    private static RootCommand Root(Func<RunRequest, Task<int>> run)
    {
        var list = new Command("list", "Show all experiments");
        list.SetAction(_ => List());

        var actions = new Command("actions", "Show what an experiment can do and expect");
        actions.SetAction(_ => Vocabulary.Print(Console.Out));

        var options = new RunOptions();
        var runCommand = new Command("run", "Run experiments; exit code 0 only if every hypothesis held");
        options.AddTo(runCommand);
        runCommand.SetAction((result, _) => run(options.Read(result)));
        return new RootCommand("Game days: break a running system on purpose and judge how it copes") { list, actions, runCommand, Check() };
    }

    private static Command Check()
    {
        var directory = new Argument<string>("directory") { Description = "A directory with history.jsonl and books.json" };
        var check = new Command("check", "Decide again from the files of a run whether its invariants held") { directory };
        check.SetAction(result => RecordedRun.Check(result.GetValue(directory)!));
        return check;
    }

    private static void List()
    {
        var rows = ExperimentCatalog.All.Select(e => (e.Name, e.Summary)).Concat(ExperimentCatalog.Plans.Select(p => (p.Name, $"plan: {p.Summary}"))).ToList();
        var width = rows.Max(row => row.Name.Length);
        foreach (var (name, summary) in rows)
        {
            Console.WriteLine($"{name.PadRight(width)}  {summary}");
        }
    }
}
