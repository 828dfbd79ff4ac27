using System.Text.Json.Nodes;

namespace Resilience.ChaosTests.Deployment.Rules;

/// <summary>What an experiment is aimed at exists in the manifest: a selector that meets nobody passes every experiment.</summary>
internal static class TargetRules
{
    /// <summary>Injected by the mesh, so no manifest names it.</summary>
    private const string MeshProxy = "istio-proxy";

    public static IEnumerable<string> Check(string path, JsonObject document) =>
    [
        .. Labels(path, document).Where(label => !PaymentServiceManifest.Labels.Contains(label)).Select(label => $"label '{label.Key}={label.Value}' is on no pod; there is {string.Join(", ", PaymentServiceManifest.Labels)}"),
        .. NodeLabels(document).Where(label => !PaymentServiceManifest.TopologyKeys.Contains(label.Key)).Select(label => $"pods are not spread by '{label.Key}'"),
        .. NodeLabels(document).Concat(Zones(document)).Where(label => !label.Value.StartsWith(PaymentServiceManifest.Region, StringComparison.Ordinal)).Select(label => $"'{label.Value}' is no zone of {PaymentServiceManifest.Region}"),
        .. Namespaces(path, document).Where(name => name != PaymentServiceManifest.Namespace).Select(name => $"namespace '{name}' is not {PaymentServiceManifest.Namespace}"),
        .. Containers(document).Where(name => name != PaymentServiceManifest.Container && !(name == MeshProxy && path.Contains("mesh-failure", StringComparison.Ordinal))).Select(name => $"container '{name}' is not in the pod"),
        .. Directories(document).Where(directory => !PaymentServiceManifest.Mounts.Contains(directory)).Select(directory => $"'{directory}' is not mounted"),
        .. Workloads(document).Where(workload => !workload.Equals($"{PaymentServiceManifest.Kind} {PaymentServiceManifest.Name}", StringComparison.OrdinalIgnoreCase)).Select(workload => $"'{workload}' is not the workload"),
    ];

    private static IEnumerable<KeyValuePair<string, string>> Labels(string path, JsonObject document) =>
    [
        .. Nodes.Of(document, "labelSelectors").SelectMany(Pairs),
        .. Nodes.Texts(document, "applabel").Select(Pair),
        .. path == "litmus/access.yaml" && document["kind"]?.ToString() == "NetworkPolicy" ? Pairs(document["spec"]!["podSelector"]!["matchLabels"]!) : [],
    ];

    private static IEnumerable<KeyValuePair<string, string>> NodeLabels(JsonObject document) =>
        [.. Nodes.Of(document, "nodeSelectors").SelectMany(Pairs), .. Variables(document, "NODE_LABEL").Select(Pair)];

    private static IEnumerable<KeyValuePair<string, string>> Zones(JsonObject document) =>
        Nodes.Of(document, "multi_select_tags").SelectMany(tags => tags.AsObject().SelectMany(tag => Nodes.Values(tag.Value).Select(value => KeyValuePair.Create(tag.Key, value))));

    private static IEnumerable<string> Namespaces(string path, JsonObject document)
    {
        // Litmus lives apart from its target, see the page; access.yaml is about both.
        var own = path.StartsWith("litmus/", StringComparison.Ordinal) ? [] : Nodes.Texts(document, "namespace");
        return [.. own, .. Nodes.Texts(document, "namespaces"), .. Nodes.Texts(document, "appns"), .. Nodes.Texts(document, "kubernetesNamespace")];
    }

    private static IEnumerable<string> Containers(JsonObject document) => [.. Nodes.Texts(document, "containerNames"), .. Variables(document, "TARGET_CONTAINER")];

    private static IEnumerable<string> Directories(JsonObject document) =>
    [
        .. Nodes.Texts(document, "volumePath"),
        .. Variables(document, "VOLUME_MOUNT_PATH"),
        .. Nodes.Of(document, "cli_args").Select(arguments => arguments.AsArray().Select(argument => argument!.ToString()).ToList())
            .Where(arguments => arguments[0] == "disk").Select(arguments => arguments[arguments.IndexOf("-d") + 1]),
    ];

    private static IEnumerable<string> Workloads(JsonObject document) =>
    [
        .. Nodes.Texts(document, "appkind").Select(kind => $"{kind} {PaymentServiceManifest.Name}"),
        .. Nodes.Of(document, "k8s_objects").SelectMany(objects => objects.AsArray()).Select(target => $"{target!["kind"]} {target["name"]}"),
    ];

    /// <summary>The values that a fault of Litmus is given by this name.</summary>
    public static IEnumerable<string> Variables(JsonNode document, string name) =>
        Nodes.Of(document, "env").SelectMany(list => list.AsArray()).Where(variable => variable!["name"]?.ToString() == name).Select(variable => variable!["value"]!.ToString());

    private static IEnumerable<KeyValuePair<string, string>> Pairs(JsonNode node) => node.AsObject().Select(pair => KeyValuePair.Create(pair.Key, pair.Value!.ToString()));

    private static KeyValuePair<string, string> Pair(string text) => KeyValuePair.Create(text.Split('=')[0], text.Split('=')[^1]);
}
