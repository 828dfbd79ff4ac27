using System.Text.Json.Nodes;

namespace Resilience.ChaosTests.Deployment.Rules;

/// <summary>network-latency is 200 ± 50 ms with every tool, as it is here.</summary>
internal static class LatencyRules
{
    public static IEnumerable<string> Check(string path, JsonObject document)
    {
        if (Path.GetFileNameWithoutExtension(path) != "network-latency")
        {
            return [];
        }

        var found = string.Join(' ',
            Nodes.Of(document, "delay").OfType<JsonObject>().Select(delay => $"{delay["latency"]} {delay["jitter"]}")
                .Concat(TargetRules.Variables(document, "NETWORK_LATENCY").Concat(TargetRules.Variables(document, "JITTER")).Select(value => value + "ms"))
                .Concat(Nodes.Of(document, "cli_args").Select(arguments => arguments.AsArray().Select(argument => argument!.ToString()).ToList())
                    .Where(arguments => arguments.Contains("-m")).Select(arguments => arguments[arguments.IndexOf("-m") + 1] + "ms")));
        return found is "200ms 50ms" or "150ms 200ms 250ms" ? [] : [$"the latency is '{found}' and not 200 ± 50 ms"];
    }
}
