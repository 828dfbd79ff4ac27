using System.Text.Json.Nodes;
using Resilience.ChaosTests.Deployment.Schemas;

namespace Resilience.ChaosTests.Deployment.Rules;

/// <summary>Every experiment ends by itself, and before that when customers are hurt, as far as its tool can tell.</summary>
internal static class AbortRules
{
    public const string AlarmName = "payment-service-customer-error-rate";

    public static IEnumerable<string> Check(string path, JsonObject document) => Path.GetDirectoryName(path) switch
    {
        "litmus" when document["kind"]?.ToString() == "ChaosEngine" => Litmus(document),
        "chaos-mesh" when document["kind"]?.ToString() is "Workflow" or "Schedule" => ChaosMeshWorkflow(document),
        "aws-fis" when document.ContainsKey("stopConditions") => Fis(document),
        "gremlin" => Gremlin(document),
        "istio" when path != "istio/traffic-policy.yaml" => Istio(document),
        _ => [], // Single faults of Chaos Mesh have a duration: their schema requires it.
    };

    private static IEnumerable<string> Litmus(JsonObject document)
    {
        var durations = TargetRules.Variables(document, "TOTAL_CHAOS_DURATION").ToList();
        foreach (var problem in durations.Count == 1 ? durations.Select(Durations.Seconds).OfType<string>() : ["is missing"])
        {
            yield return $"TOTAL_CHAOS_DURATION: '{string.Join(' ', durations)}' {problem}";
        }

        var guards = Nodes.Of(document, "probe").SelectMany(probes => probes.AsArray())
            .Where(probe => probe!["mode"]?.ToString() == "Continuous" && probe["runProperties"]?["stopOnFailure"]?.GetValue<bool>() == true).ToList();
        if (!guards.Any(guard => guard!["promProbe/inputs"]?["comparator"] is { } limit && (limit["criteria"]?.ToString(), limit["value"]?.ToString()) == ("<=", "5")))
        {
            yield return "no probe stops it at more than 5 % errors";
        }
    }

    private static IEnumerable<string> ChaosMeshWorkflow(JsonObject document)
    {
        var templates = Nodes.Of(document, "templates").SelectMany(list => list.AsArray()).Select(template => template!.AsObject()).ToList();
        var guards = templates.Where(template => template["abortWithStatusCheck"]?.GetValue<bool>() == true && template["statusCheck"]?["mode"]?.ToString() == "Continuous").ToList();
        if (guards.Count != 1)
        {
            yield return "no continuous status check aborts the workflow";
        }

        var names = templates.Select(template => template["name"]?.ToString()).ToList();
        var children = templates.SelectMany(template => Nodes.Values(template["children"])).ToList();
        foreach (var unknown in children.Append(Nodes.Texts(document, "entry").First()).Except(names))
        {
            yield return $"there is no template '{unknown}'";
        }

        foreach (var template in templates.Where(template => template["templateType"]?.ToString().EndsWith("Chaos", StringComparison.Ordinal) == true))
        {
            var kind = template["templateType"]!.ToString();
            if (template[ChaosMeshShapes.Embedded(kind)] is not JsonObject fault)
            {
                yield return $"template '{template["name"]}' says {kind} and has none";
            }
            else if (fault.ContainsKey("duration"))
            {
                yield return $"template '{template["name"]}': in a workflow the deadline is the duration";
            }
        }

        if (document["kind"]!.ToString() == "Schedule" && document["metadata"]?["annotations"]?["experiment.chaos-mesh.org/pause"]?.ToString() != "true")
        {
            yield return "a schedule that is not paused would run without anybody there";
        }
    }

    private static IEnumerable<string> Fis(JsonObject document) =>
        document["stopConditions"]!.AsArray().Any(condition => condition!["value"]?.ToString().EndsWith($":alarm:{AlarmName}", StringComparison.Ordinal) == true)
            ? []
            : [$"stopConditions: the alarm '{AlarmName}' does not stop it"];

    private static IEnumerable<string> Gremlin(JsonObject document)
    {
        var (start, nodes) = (document["graph"]!["start_id"]!.ToString(), document["graph"]!["nodes"]!.AsObject());
        if (nodes[start]?["type"]?.ToString() != "SynchronousStatusCheck")
        {
            yield return "it does not begin with a status check";
        }

        foreach (var arguments in Nodes.Of(nodes, "cli_args").Select(list => list.AsArray().Select(argument => argument!.ToString()).ToList()).Where(arguments => arguments[0] != "shutdown"))
        {
            var length = arguments.IndexOf("-l");
            if (length < 0 || Durations.Seconds(arguments[length + 1]) is not null)
            {
                yield return $"'{string.Join(' ', arguments)}' has no end within {Durations.Most}";
            }
        }
    }

    /// <summary>run.sh puts the service's routes back, so an experiment is nothing but one of those, under its name.</summary>
    private static IEnumerable<string> Istio(JsonObject document)
    {
        var policy = Documents.Parse("traffic-policy.yaml", ChaosFiles.Read("istio/traffic-policy.yaml"));
        if (!policy.Any(one => one["kind"]?.ToString() == document["kind"]?.ToString() && one["metadata"]?["name"]?.ToString() == document["metadata"]?["name"]?.ToString()))
        {
            yield return $"'{document["metadata"]?["name"]}' is not in traffic-policy.yaml, so nothing puts it back";
        }

        if (!Nodes.Of(document, "fault").Any())
        {
            yield return "there is no fault";
        }
    }
}
