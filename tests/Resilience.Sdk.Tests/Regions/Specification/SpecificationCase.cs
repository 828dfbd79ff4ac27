using System.Globalization;
using Resilience.Regions;
using YamlDotNet.RepresentationModel;

namespace Resilience.Sdk.Tests.Regions.Specification;

/// <summary>The words of a case: how it begins, what a step does, what must hold then. A word that is not known fails the case.</summary>
internal static class SpecificationCase
{
    public static TopologyScenario Begin(YamlMappingNode read)
    {
        if (read.Children.ContainsKey("steady"))
        {
            return TopologyScenario.Steady();
        }

        var remembered = Values(Text(read, "remembered") ?? "");
        return TopologyScenario.With(
            ((YamlSequenceNode)read.Children["regions"]).Select(region => ((YamlScalarNode)region).Value!),
            Text(read, "mode") is { } mode ? Enum.Parse<SwitchMode>(mode) : SwitchMode.Automatic,
            remembered.Count == 0 ? null : new RememberedTerm(
                Number(remembered, "cluster", TopologyScenario.Ours)!.Value, new WriterTerm(Number(remembered, "epoch")!.Value, (int)Number(remembered, "timeline")!.Value), "the file"),
            needsWitness: Text(read, "witness") == "needed");
    }

    public static TopologyScenario Do(TopologyScenario scenario, string step)
    {
        var words = step.Split(' ');
        var values = Values(string.Join(' ', words.Where(word => word.Contains('=', StringComparison.Ordinal))));
        var ago = Text(values, "ago") is { } seconds ? TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture)) : (TimeSpan?)null;
        var region = words[0];
        return (words[0], words.ElementAtOrDefault(1)) switch
        {
            ("pass", _) => scenario.TimePasses(TimeSpan.FromSeconds(Number(values, "seconds")!.Value)),
            ("reload", _) => scenario.Restart(Text(values, "regions")!.Split(',')),
            ("heard", _) => scenario.HearsOf(Number(values, "epoch")!.Value, (int)Number(values, "timeline")!.Value),
            (_, "writable") => scenario.Writable(
                region, Number(values, "epoch"), Text(values, "by"), Text(values, "timeline") == "none" ? null : (int)Number(values, "timeline", 1)!.Value,
                cluster: Number(values, "cluster", TopologyScenario.Ours)!.Value, sentAgo: ago, approvals: Approvals(values)),
            (_, "standby") => scenario.Standby(
                region, Number(values, "epoch"), Text(values, "by") ?? "east", cluster: Number(values, "cluster", TopologyScenario.Ours)!.Value,
                received: Number(values, "received", 0)!.Value, fed: Text(values, "fed") == "yes"),
            (_, "readonly") => scenario.ReadOnly(region),
            (_, "restarted") => scenario.Restarted(region),
            (_, "claimfails") => scenario.ClaimFails(region),
            (_, "fails") => scenario.Fails(region, Enum.Parse<RegionFailureKind>(words[2]), ago, refused: Text(values, "refused") == "yes"),
            (_, "call") => scenario.CallFails(region, Number(values, "generation")!.Value, Enum.Parse<RegionFailureKind>(Text(values, "kind") ?? "Broken"), ago),
            _ => throw new FormatException($"'{step}' is no step that the README knows."),
        };
    }

    public static void Check(TopologyScenario scenario, string expected, string step)
    {
        foreach (var (name, value) in Values(expected))
        {
            Assert.True(value == Actual(scenario, name), $"{step}: {name} is {Actual(scenario, name)}. {scenario.Topology.Diagnosis}");
        }
    }

    private static string Actual(TopologyScenario scenario, string name)
    {
        var topology = scenario.Topology;
        return name switch
        {
            "writer" => topology.Writer?.Region ?? "none",
            "claimant" => topology.Claimant ?? "none",
            "held" => topology.Held?.Region ?? "none",
            "phase" => topology.Phase.ToString(),
            "epoch" => topology.HighestTerm.Epoch.ToString(CultureInfo.InvariantCulture),
            "timeline" => topology.HighestTerm.Timeline.ToString(CultureInfo.InvariantCulture),
            "generation" => topology.Writer?.Generation.ToString(CultureInfo.InvariantCulture) ?? "none",
            "diagnosis" => topology.Diagnosis.Kind.ToString(),
            "conflict" => topology.Conflict is null ? "none" : "yes",
            "events" => scenario.Events.Count == 0 ? "none" : string.Join(',', scenario.Events.Select(happened => happened.GetType().Name)),
            _ when topology.Find(name) is { } region => region.Condition.ToString(),
            _ when typeof(TopologyEvent).Assembly.GetType($"Resilience.Regions.{name}") is { } type && type.IsSubclassOf(typeof(TopologyEvent)) =>
                scenario.History.Count(type.IsInstanceOfType).ToString(CultureInfo.InvariantCulture),
            _ => throw new FormatException($"'{name}' is nothing that the README knows."),
        };
    }

    /// <summary>"alice:10,bob:20": who, and how many minutes ago.</summary>
    private static IEnumerable<SwitchApproval> Approvals(Dictionary<string, string> values) =>
        (Text(values, "approvals") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(one => one.Split(':'))
            .Select(one => new SwitchApproval(one[0], TimeSpan.FromMinutes(double.Parse(one[1], CultureInfo.InvariantCulture))));

    private static Dictionary<string, string> Values(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);

    private static string? Text(YamlMappingNode read, string key) => read.Children.TryGetValue(key, out var value) ? ((YamlScalarNode)value).Value : null;

    private static string? Text(Dictionary<string, string> values, string key) => values.GetValueOrDefault(key);

    private static long? Number(Dictionary<string, string> values, string key, long? otherwise = null) =>
        values.TryGetValue(key, out var value) ? long.Parse(value, CultureInfo.InvariantCulture) : otherwise;
}
