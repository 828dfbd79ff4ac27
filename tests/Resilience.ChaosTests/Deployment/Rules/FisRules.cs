using System.Text.Json.Nodes;
using Resilience.ChaosTests.Deployment.Schemas;

namespace Resilience.ChaosTests.Deployment.Rules;

/// <summary>The parts of a template fit each other and the action's own table.</summary>
internal static class FisRules
{
    public static IEnumerable<string> Check(JsonObject template)
    {
        if (template["actions"] is not JsonObject actions || template["targets"] is not JsonObject targets)
        {
            return [];
        }

        return
        [
            .. actions.SelectMany(action => CheckAction(action.Key, action.Value!.AsObject(), actions, targets)),
            .. targets.Where(target => !Nodes.Of(actions, "targets").SelectMany(uses => uses.AsObject()).Any(use => use.Value!.ToString() == target.Key)).Select(target => $"target '{target.Key}' is used by no action"),
            .. targets.SelectMany(target => CheckTarget(target.Key, target.Value!.AsObject())),
        ];
    }

    /// <summary>The resource that an action injects into Kubernetes, as a document of its own.</summary>
    public static IEnumerable<JsonObject> Injected(JsonObject template) => Nodes.Of(template, "parameters").OfType<JsonObject>().Where(parameters => parameters.ContainsKey("kubernetesSpec"))
        .Select(parameters => new JsonObject
        {
            ["apiVersion"] = parameters["kubernetesApiVersion"]!.ToString(),
            ["kind"] = parameters["kubernetesKind"]!.ToString(),
            ["metadata"] = new JsonObject { ["name"] = "injected", ["namespace"] = parameters["kubernetesNamespace"]!.ToString() },
            ["spec"] = JsonNode.Parse(parameters["kubernetesSpec"]!.ToString()),
        });

    private static IEnumerable<string> CheckAction(string name, JsonObject action, JsonObject actions, JsonObject targets)
    {
        if (!FisShapes.Actions.TryGetValue(action["actionId"]?.ToString() ?? "", out var known))
        {
            yield break; // The schema has said so.
        }

        foreach (var problem in ShapeCheck.Check(action["parameters"], known.Parameters, $"actions.{name}.parameters"))
        {
            yield return problem;
        }

        var given = action["targets"]?.AsObject().Select(target => target.Key).ToList() ?? [];
        if (!given.SequenceEqual(known.Target is { } wanted ? [wanted] : []))
        {
            yield return $"actions.{name}.targets: '{string.Join(", ", given)}' is not '{known.Target}'";
        }
        else if (known.Target is { } key && targets[action["targets"]![key]!.ToString()]?["resourceType"]?.ToString() != known.ResourceType)
        {
            yield return $"actions.{name}.targets: '{action["targets"]![key]}' is no target of type {known.ResourceType}";
        }

        foreach (var unknown in Nodes.Values(action["startAfter"]).Where(other => !actions.ContainsKey(other)))
        {
            yield return $"actions.{name}.startAfter: there is no action '{unknown}'";
        }
    }

    private static IEnumerable<string> CheckTarget(string name, JsonObject target)
    {
        if (!target.ContainsKey("resourceArns") && !target.ContainsKey("resourceTags"))
        {
            yield return $"targets.{name}: neither names nor tags limit it, so it means everything in the account";
        }

        var type = target["resourceType"]?.ToString() ?? "";
        if (FisShapes.Actions.Values.Any(action => action.ResourceType == type))
        {
            foreach (var problem in ShapeCheck.Check(target["parameters"] ?? new JsonObject(), FisShapes.ParametersOf(type), $"targets.{name}.parameters"))
            {
                yield return problem;
            }
        }
    }
}
