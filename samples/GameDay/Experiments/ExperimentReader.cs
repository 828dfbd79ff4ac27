using GameDay.Actions;
using GameDay.Checks.Expectations;
using GameDay.Deployment;
using GameDay.History;
using GameDay.Yaml;

namespace GameDay.Experiments;

/// <summary>Reads the file of an experiment.</summary>
internal static class ExperimentReader
{
    private const double StandardErrorRate = 0.05;
    private const double MaxRate = 5_000;
    private const int MaxRetries = 10;
    private static readonly TimeSpan StandardObservation = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <exception cref="YamlFileException">Anything is wrong with it; the message tells all of it.</exception>
    public static Experiment Read(string file) => YamlFile.Read(file, section => Read(section, Path.GetFileNameWithoutExtension(file)));

    private static Experiment Read(YamlSection yaml, string fileName)
    {
        var name = yaml.Required("name");
        if (name != fileName)
        {
            yaml.Error("name", $"is '{name}' and must be that of the file, '{fileName}'");
        }

        var objectives = yaml.Section("objectives");
        var experiment = new Experiment
        {
            Name = name,
            Summary = yaml.Required("summary"),
            Hypothesis = yaml.Required("hypothesis").ReplaceLineEndings(" ").Trim(),
            System = objectives.Text("system"),
            Rto = objectives.Duration("rto"),
            Rpo = objectives.Duration("rpo"),
            Deployment = DeploymentOf(yaml.Section("deployment")),
            Load = LoadOf(yaml.Section("load")),
            SteadyState = SteadyStateOf(yaml.Section("steady-state")),
            Method = [.. yaml.Sections("method").Select(StepOf).OrderBy(step => step.At)],
            Observe = yaml.Duration("observe") ?? StandardObservation,
            MaxErrorRate = yaml.Section("stop-conditions").Share("error-rate") ?? StandardErrorRate,
            Rollbacks = [.. yaml.Sections("rollbacks").Select(StepOf)],
            Expect = ExpectationsOf(yaml.Section("expect")),
        };
        Check(yaml, experiment);
        return experiment;
    }

    private static void Check(YamlSection yaml, Experiment experiment)
    {
        if (!experiment.Method.Any(step => step.Action.IsFault))
        {
            yaml.Error("method", "must have a fault; an experiment that breaks nothing proves nothing");
        }

        if (experiment.MethodLength > Longest)
        {
            yaml.Error("method", $"takes {experiment.MethodLength.TotalSeconds} s; at most {Longest.TotalSeconds} s are allowed");
        }

        Check(yaml, "method", experiment.Method, experiment.Deployment);
        Check(yaml, "rollbacks", experiment.Rollbacks, experiment.Deployment);
    }

    private static void Check(YamlSection yaml, string key, IReadOnlyList<MethodStep> steps, DeploymentSpec deployment)
    {
        foreach (var step in steps)
        {
            if (step.For is { } length && (length <= TimeSpan.Zero || !step.Action.IsFault))
            {
                yaml.Error(key, $"has '{step.Description}' with 'for: {length.TotalSeconds}s'; what an operator does is not undone, and a fault lasts longer than nothing");
            }

            if (step.Action.NeedsPrivateNetwork && !deployment.PrivateNetwork)
            {
                yaml.Error(key, $"has '{step.Action.Name}', which needs 'deployment.private-network: true'");
            }

            if (step.Action.Missing?.Invoke(deployment, step.Arguments) is { } missing)
            {
                yaml.Error(key, $"has '{step.Description}', which needs {missing}");
            }
        }
    }

    private static MethodStep StepOf(YamlSection yaml)
    {
        var at = yaml.Duration("at") ?? TimeSpan.Zero;
        var length = yaml.Duration("for");
        if (ActionCatalog.Find(yaml.OneOf("action", ActionCatalog.Names)) is { } action)
        {
            return new MethodStep(at, action, ActionArguments.Read(action, yaml)) { For = length };
        }

        if (yaml.Text("action") is null)
        {
            yaml.Required("action");
        }

        yaml.IgnoreTheRest();
        return new MethodStep(at, ActionCatalog.All[0], new ActionArguments());
    }

    private static DeploymentSpec DeploymentOf(YamlSection yaml) => new()
    {
        Replicas = yaml.Whole("replicas", 1, DeploymentSpec.MaxReplicas) ?? 1,
        Sidecars = yaml.Flag("sidecars"),
        Proxies = yaml.SeveralOf("proxies", SystemProxies.Targets),
        Names = yaml.Flag("names"),
        PrivateNetwork = yaml.Flag("private-network"),
        SynchronousReplication = yaml.Flag("synchronous-replication"),
        JournalDisk = yaml.OneOf("journal-disk", ["folder", "small", "power-loss"]) switch
        {
            "small" => JournalDisk.Small,
            "power-loss" => JournalDisk.PowerLoss,
            _ => JournalDisk.Folder,
        },
        SmallDatabaseDisk = yaml.Flag("small-database-disk"),
        MovableClocks = yaml.Flag("movable-clocks"),
        Settings = yaml.Section("settings").All(),
    };

    private static LoadSpec LoadOf(YamlSection yaml)
    {
        var mix = yaml.Section("mix");
        return new LoadSpec
        {
            Rate = yaml.Number("rate", 1, MaxRate),
            Retries = yaml.Whole("retries", 0, MaxRetries) ?? 0,
            Mix = OperationKinds.All
                .Select(kind => (Kind: kind, Weight: mix.Number(OperationKinds.NameOf(kind), 0, MaxRate)))
                .Where(part => part.Weight is not null)
                .ToDictionary(part => part.Kind, part => part.Weight!.Value),
        };
    }

    private static SteadyStateSpec SteadyStateOf(YamlSection yaml)
    {
        var standard = new SteadyStateSpec();
        return standard with
        {
            SuccessShare = yaml.Share("success") ?? standard.SuccessShare,
            SentShare = yaml.Share("sent") ?? standard.SentShare,
            P99 = yaml.Duration("p99"),
            RecoversWithin = yaml.Duration("recovers-within") ?? standard.RecoversWithin,
        };
    }

    private static List<ExpectedResult> ExpectationsOf(YamlSection yaml)
    {
        var expected = new List<ExpectedResult>();
        foreach (var kind in ExpectationCatalog.All)
        {
            if (yaml.Text(kind.Name) is not { } value)
            {
                continue;
            }

            if (kind.Wrong(value) is { } wrong)
            {
                yaml.Error(kind.Name, $"is '{value}' and {wrong}");
            }

            expected.Add(new ExpectedResult(kind, value));
        }

        return expected;
    }
}
