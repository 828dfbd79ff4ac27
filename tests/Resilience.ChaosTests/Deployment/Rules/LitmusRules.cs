using System.Text.Json.Nodes;
using Resilience.ChaosTests.Deployment.Schemas;

namespace Resilience.ChaosTests.Deployment.Rules;

/// <summary>A fault is given the variables that it reads, a probe the inputs of its type, and the account has been made.</summary>
internal static class LitmusRules
{
    private static readonly Lazy<IReadOnlyList<JsonObject>> Access = new(() => Documents.Parse("access.yaml", ChaosFiles.Read("litmus/access.yaml")));

    public static IEnumerable<string> Check(JsonObject document)
    {
        foreach (var experiment in Nodes.Of(document, "experiments").SelectMany(list => list.AsArray()))
        {
            var fault = experiment!["name"]!.ToString();
            foreach (var variable in Nodes.Of(experiment, "env").SelectMany(list => list.AsArray()).Select(one => one!["name"]!.ToString()).Where(name => !LitmusShapes.Faults[fault].Contains(name)))
            {
                yield return $"{fault} does not read '{variable}'";
            }

            foreach (var probe in Nodes.Of(experiment, "probe").SelectMany(list => list.AsArray()).Where(probe => !probe!.AsObject().ContainsKey($"{probe["type"]}/inputs")))
            {
                yield return $"probe '{probe!["name"]}' has no '{probe["type"]}/inputs'";
            }
        }

        foreach (var account in Nodes.Texts(document, "chaosServiceAccount").Where(name => !Access.Value.Any(one => one["kind"]!.ToString() == "ServiceAccount" && one["metadata"]!["name"]!.ToString() == name)))
        {
            yield return $"access.yaml has no account '{account}'";
        }

        foreach (var port in document["kind"]?.ToString() == "NetworkPolicy" ? Nodes.Texts(document, "port").Where(port => !PaymentServiceManifest.PortNames.Contains(port)) : [])
        {
            yield return $"the pod has no port '{port}'";
        }
    }
}
