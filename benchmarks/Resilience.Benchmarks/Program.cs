using System.CommandLine;
using Resilience.Benchmarks;
using Resilience.TestKit;

TestKitLifetime.EndEverythingOnExit();

var only = new Option<string>("--only") { Description = "Measure only the rows whose name starts with this.", DefaultValueFactory = _ => "" };
var scorecard = new Command("scorecard", "Measures this SDK and its peers side by side and prints a table; the last line is JSON.") { only };
scorecard.SetAction((parsed, cancellationToken) => Scorecard.RunAsync(parsed.GetValue(only)!, Console.Out, cancellationToken));

return await new RootCommand("Benchmarks of the resilience SDK.") { scorecard }.Parse(args).InvokeAsync();
