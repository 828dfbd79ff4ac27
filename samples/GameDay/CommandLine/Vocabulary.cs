using GameDay.Actions;
using GameDay.Checks.Expectations;

namespace GameDay.CommandLine;

/// <summary>Prints the words that the file of an experiment may use, from the same catalogues that read it.</summary>
internal static class Vocabulary
{
    public static void Print(TextWriter to)
    {
        to.WriteLine("method and rollbacks:");
        foreach (var action in ActionCatalog.All.OrderBy(action => action.Name, StringComparer.Ordinal))
        {
            to.WriteLine($"  {action.Name}  {action.Summary}{(action.IsFault ? "" : " (an operator's action)")}");
            if (action.Targets.Count > 0)
            {
                to.WriteLine($"      target: {string.Join(", ", action.Targets)}");
            }

            foreach (var parameter in action.Parameters)
            {
                var choices = parameter.Choices.Count > 0 ? string.Join(", ", parameter.Choices) : parameter.Type.ToString().ToLowerInvariant();
                to.WriteLine($"      {parameter.Name}: {choices}{(parameter.Default is { } standard ? $" [{standard}]" : "")}");
            }
        }

        to.WriteLine("expect:");
        foreach (var expectation in ExpectationCatalog.All.OrderBy(expectation => expectation.Name, StringComparer.Ordinal))
        {
            to.WriteLine($"  {expectation.Name}  {expectation.Summary.Replace("{0}", "…", StringComparison.Ordinal)}");
        }
    }
}
