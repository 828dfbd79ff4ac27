using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Resilience.ChaosTests.Deployment.Rules;

/// <summary>What is asked or cut off has an address in the manifest; the few that are elsewhere are known by name.</summary>
internal static partial class AddressRules
{
    private static readonly string[] Elsewhere = ["http://prometheus.monitoring.svc:9090", "^api.gremlin.com"];

    public static IEnumerable<string> Check(JsonObject document) =>
        Nodes.AllTexts(document).SelectMany(CheckText)
            .Concat(Targets(document).Where(host => !IsKnown(host)).Select(host => $"host '{host}' is not in the manifest"));

    private static IEnumerable<string> CheckText(string text)
    {
        foreach (Match address in Address().Matches(text))
        {
            var (host, path) = (address.Groups["host"].Value, address.Groups["path"].Value);
            if (Elsewhere.Contains(address.Value))
            {
                continue;
            }

            if (address.Value.StartsWith("${", StringComparison.Ordinal))
            {
                host = PaymentServiceManifest.Services.First(service => !service.Value.IsManagement).Key;
            }

            if (!PaymentServiceManifest.Services.TryGetValue(host, out var service))
            {
                yield return $"'{address.Value}': there is no service '{host}'";
                continue;
            }

            var port = address.Groups["port"] is { Success: true } given ? int.Parse(given.ValueSpan) : 80;
            if (!address.Value.StartsWith("${", StringComparison.Ordinal) && port != service.Port)
            {
                yield return $"'{address.Value}': {host} listens on {service.Port}";
            }

            // Details are told on the management listener alone.
            if (!PaymentServiceManifest.ProbePaths.Contains(path) && !(service.IsManagement ? path == "/health" : PaymentServiceManifest.HasRoute(path)))
            {
                yield return $"'{address.Value}': '{path}' is no probe of the manifest and nothing that customers read there";
            }
        }
    }

    private static IEnumerable<string> Targets(JsonObject document) =>
    [
        .. Nodes.Texts(document, "externalTargets"),
        .. TargetRules.Variables(document, "DESTINATION_HOSTS").SelectMany(hosts => hosts.Split(',')),
        .. TargetRules.Variables(document, "TARGET_HOSTNAMES").SelectMany(hosts => JsonNode.Parse(hosts)!.AsArray().Select(host => host!.ToString())),
        .. Nodes.Texts(document, "patterns"),
        .. Nodes.Texts(document, "hosts"),
        .. Nodes.Texts(document, "host"),
        .. Nodes.Of(document, "cli_args").Select(arguments => arguments.AsArray().Select(argument => argument!.ToString()).ToList())
            .Where(arguments => arguments.Contains("-h")).Select(arguments => arguments[arguments.IndexOf("-h") + 1]),
    ];

    private static bool IsKnown(string host) =>
        Elsewhere.Contains(host)
        || host == $"db.{PaymentServiceManifest.Region}.example" // the placeholder that the page tells to replace
        || PaymentServiceManifest.Services.Keys.Any(service => service == host || service + ".cluster.local" == host || (host.EndsWith('*') && service.StartsWith(host[..^1], StringComparison.Ordinal)));

    [GeneratedRegex(@"(http://(?<host>[A-Za-z0-9.-]+)(:(?<port>\d+))?|\$\{CUSTOMER_URL\})(?<path>/[^\s?""]*)?", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Address();
}
