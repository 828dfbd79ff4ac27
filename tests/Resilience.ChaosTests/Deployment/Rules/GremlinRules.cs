using System.Text.Json.Nodes;
using Resilience.ChaosTests.Deployment.Schemas;

namespace Resilience.ChaosTests.Deployment.Rules;

/// <summary>The nodes of a scenario are a chain, and each attack is one that the agent's command line knows.</summary>
internal static class GremlinRules
{
    public static IEnumerable<string> Check(JsonObject scenario)
    {
        var nodes = scenario["graph"]!["nodes"]!.AsObject();
        var visited = new List<string>();
        for (var id = scenario["graph"]!["start_id"]?.ToString(); id is not null; id = nodes[id]?["next"]?.ToString())
        {
            if (!nodes.ContainsKey(id) || visited.Contains(id))
            {
                yield return $"the chain breaks at '{id}'";
                break;
            }

            visited.Add(id);
        }

        foreach (var (id, node) in nodes)
        {
            if (!visited.Contains(id) || node!["id"]?.ToString() != id)
            {
                yield return $"node '{id}' is not in the chain";
            }
        }

        foreach (var problem in nodes.Where(node => node.Value!["type"]?.ToString() == "InfraAttack").SelectMany(node => CheckAttack(node.Key, node.Value!.AsObject())))
        {
            yield return problem;
        }
    }

    private static IEnumerable<string> CheckAttack(string id, JsonObject node)
    {
        if (node["impact_definition"] is not JsonObject impact || node["target_definition"] is not JsonObject target)
        {
            yield return $"node '{id}' has no impact or no target";
            yield break;
        }

        var type = impact["infra_command_type"]!.ToString();
        var arguments = Nodes.Texts(impact, "cli_args").ToList();
        if (arguments[0] != type || impact["infra_command_args"]!["type"]!.ToString() != type)
        {
            yield return $"node '{id}' is not sure whether it is '{type}' or '{arguments[0]}'";
        }

        foreach (var flag in arguments.Skip(1).Where(argument => argument.StartsWith('-') && GremlinShapes.Flags.TryGetValue(type, out var flags) && !flags.Contains(argument)))
        {
            yield return $"node '{id}': {type} does not know '{flag}'";
        }

        if (!target.ContainsKey("k8s_objects") && target["strategy"]?["multi_select_tags"] is null)
        {
            yield return $"node '{id}': nothing limits the target";
        }
    }
}
