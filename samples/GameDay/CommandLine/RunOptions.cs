using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using GameDay.Experiments;
using GameDay.Objectives;
using GameDay.Yaml;

namespace GameDay.CommandLine;

/// <summary>The arguments of <c>run</c>.</summary>
internal sealed class RunOptions
{
    private const double MaxRate = 5_000;

    private readonly Argument<string[]> _experiments = new("experiment")
    {
        Description = "The experiments, plans or files of experiments (.yaml) to run, in this order",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string?> _report = new("--report") { Description = "Directory for report.json [default: artifacts/game-days/<experiment>]" };
    private readonly Option<int> _seed = new("--seed") { Description = "Decides what the clients ask for", DefaultValueFactory = _ => 1 };
    private readonly Option<bool> _serve = new("--serve") { Description = "Keep everything running afterwards, until Ctrl-C" };
    private readonly Option<double?> _rate = new("--rate") { Description = "Requests per second [default: what the experiment says, else 100]", CustomParser = ParseRate };
    private readonly Option<TimeSpan> _warmUp = Duration("--warm-up", "Load before anything is measured", d => d.WarmUp);
    private readonly Option<TimeSpan> _control = Duration("--control", "Undisturbed load to compare with", d => d.Control);
    private readonly Option<TimeSpan?> _duration = new("--duration")
    {
        Description = "Load after the last step [default: what the experiment says]",
        CustomParser = result => DurationArgument.Parse(result),
    };

    private readonly Option<BusinessImpact> _objectives = new("--objectives")
    {
        Description = "The business impact analysis [default: the one that is built with this program]",
        DefaultValueFactory = _ => BusinessImpact.Load(BusinessImpact.StandardPath),
        CustomParser = ParseObjectives,
    };

    private readonly Option<string?> _service = new("--service") { Description = "Another build of PaymentService.dll to run the experiment on" };

    public RunOptions()
    {
        _experiments.Validators.Add(result =>
        {
            foreach (var name in result.Tokens.Select(t => t.Value))
            {
                if (WhyNot(name) is { } why)
                {
                    result.AddError(why);
                }
            }
        });
    }

    public void AddTo(Command command)
    {
        command.Add(_experiments);

        // Its own message names what there is; that of a required argument does not.
        command.Validators.Add(result =>
        {
            if (result.GetResult(_experiments) is null or { Tokens.Count: 0 })
            {
                result.AddError($"Name an experiment to run: {string.Join(", ", ExperimentCatalog.All.Select(e => e.Name))}.");
            }
        });
        foreach (var option in new Option[] { _report, _seed, _serve, _rate, _warmUp, _control, _duration, _objectives, _service })
        {
            command.Add(option);
        }
    }

    public RunRequest Read(ParseResult result) => new(
        [.. result.GetValue(_experiments)!.SelectMany(ExperimentCatalog.Resolve)],
        new ExperimentSettings
        {
            Seed = result.GetValue(_seed),
            WarmUp = result.GetValue(_warmUp),
            Control = result.GetValue(_control),
            Observe = result.GetValue(_duration),
            Rate = result.GetValue(_rate),
            ServiceProgram = result.GetValue(_service),
        },
        result.GetValue(_objectives)!,
        result.GetValue(_report),
        result.GetValue(_serve))
    {
        StopAtFirst = result.GetValue(_experiments)!.Any(name => ExperimentCatalog.FindPlan(name) is not null),
    };

    private static string? WhyNot(string name)
    {
        try
        {
            return ExperimentCatalog.Resolve(name).Count == 0 ? ExperimentCatalog.Unknown(name) : null;
        }
        catch (YamlFileException e)
        {
            return e.Message;
        }
    }

    private static double? ParseRate(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var rate) && rate is >= 1 and <= MaxRate)
        {
            return rate;
        }

        result.AddError($"'{text}' is not a rate; --rate is a number of requests per second between 1 and {MaxRate}.");
        return null;
    }

    private static BusinessImpact? ParseObjectives(ArgumentResult result)
    {
        try
        {
            return BusinessImpact.Load(result.Tokens[0].Value);
        }
        catch (YamlFileException e)
        {
            result.AddError(e.Message);
            return null;
        }
    }

    private static Option<TimeSpan> Duration(string name, string description, Func<ExperimentSettings, TimeSpan> standard) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => standard(new ExperimentSettings()),
        CustomParser = DurationArgument.Parse,
    };
}
