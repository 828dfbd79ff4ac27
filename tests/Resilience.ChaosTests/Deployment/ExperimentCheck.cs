using System.Text.Json.Nodes;
using Resilience.ChaosTests.Deployment.Rules;

namespace Resilience.ChaosTests.Deployment;

/// <summary>Everything that is wrong with a file of deploy/chaos.</summary>
internal static class ExperimentCheck
{
    public static IReadOnlyList<string> Problems(string path, string text)
    {
        var problems = new List<string>(SecretRules.Check(text));
        foreach (var document in Documents.Parse(path, text))
        {
            problems.AddRange(Problems(path, document));
        }

        return problems;
    }

    private static List<string> Problems(string path, JsonObject document)
    {
        var schema = SchemaRules.Check(path, document).ToList();
        if (schema.Count > 0)
        {
            return schema; // The others rely on it.
        }

        var injected = FisRules.Injected(document).ToList();
        return
        [
            .. TargetRules.Check(path, document),
            .. AddressRules.Check(document),
            .. AbortRules.Check(path, document),
            .. injected.Count == 0 ? LatencyRules.Check(path, document) : [],
            .. path.StartsWith("aws-fis/", StringComparison.Ordinal) ? FisRules.Check(document) : [],
            .. path.StartsWith("gremlin/", StringComparison.Ordinal) ? GremlinRules.Check(document) : [],
            .. path.StartsWith("litmus/", StringComparison.Ordinal) ? LitmusRules.Check(document) : [],
            .. injected.SelectMany(resource => Problems($"chaos-mesh/{Path.GetFileNameWithoutExtension(path)}.yaml", resource)),
        ];
    }
}
