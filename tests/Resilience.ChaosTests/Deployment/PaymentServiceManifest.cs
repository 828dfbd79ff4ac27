using System.Text.Json.Nodes;
using Resilience.TestKit;

namespace Resilience.ChaosTests.Deployment;

/// <summary>What deploy/kubernetes/payment-service.yaml has that an experiment can name.</summary>
internal static class PaymentServiceManifest
{
    private static readonly IReadOnlyList<JsonObject> All = Documents.Parse("payment-service.yaml", ChaosFiles.ReadRepository("deploy", "kubernetes", "payment-service.yaml"));

    private static readonly JsonObject Workload = All.Single(document => Text(document["kind"]) == "StatefulSet");

    private static readonly JsonNode Pod = Workload["spec"]!["template"]!;

    private static readonly JsonNode ContainerNode = Pod["spec"]!["containers"]![0]!;

    private static readonly JsonObject Settings = All.First(document => Text(document["kind"]) == "ConfigMap")["data"]!.AsObject();

    public static string Name { get; } = Text(Workload["metadata"]!["name"]);

    public static string Namespace { get; } = Text(Workload["metadata"]!["namespace"]);

    public static string Kind { get; } = Text(Workload["kind"]);

    public static string Region { get; } = Text(Settings["DrResilience__Region"]);

    public static string Container { get; } = Text(ContainerNode["name"]);

    public static IReadOnlyDictionary<string, string> Labels { get; } = Pod["metadata"]!["labels"]!.AsObject().ToDictionary(label => label.Key, label => Text(label.Value));

    /// <summary>The names of the container's ports.</summary>
    public static IReadOnlyList<string> PortNames { get; } = [.. ContainerNode["ports"]!.AsArray().Select(port => Text(port!["name"]))];

    public static IReadOnlyList<string> Mounts { get; } = [.. ContainerNode["volumeMounts"]!.AsArray().Select(mount => Text(mount!["mountPath"]))];

    /// <summary>By what pods are spread: the labels of nodes that can be lost.</summary>
    public static IReadOnlyList<string> TopologyKeys { get; } = [.. Pod["spec"]!["topologySpreadConstraints"]!.AsArray().Select(constraint => Text(constraint!["topologyKey"]))];

    /// <summary>The paths that the kubelet asks.</summary>
    public static IReadOnlyList<string> ProbePaths { get; } = [.. new[] { "startupProbe", "livenessProbe", "readinessProbe" }.Select(probe => Text(ContainerNode[probe]!["httpGet"]!["path"]))];

    /// <summary>Each service of the namespace, those that PaymentService calls included, with its ports and whether it is the management listener.</summary>
    public static IReadOnlyDictionary<string, (int Port, bool IsManagement)> Services { get; } = All
        .Where(document => Text(document["kind"]) == "Service")
        .Select(service => KeyValuePair.Create($"{Text(service["metadata"]!["name"])}.{Namespace}.svc", (Number(service["spec"]!["ports"]![0]!["port"]), Text(service["spec"]!["ports"]![0]!["targetPort"]) == "management")))
        .Concat(Settings.Where(setting => setting.Key.StartsWith("Services__", StringComparison.Ordinal)).Select(setting => new Uri(Text(setting.Value))).Select(address => KeyValuePair.Create(address.Host, (address.Port, false))))
        .ToDictionary();

    /// <summary>Whether customers may read this path.</summary>
    public static bool HasRoute(string path) => RouteSources.Value.Any(source => source.Contains($"MapGet(\"{path}\"", StringComparison.Ordinal));

    private static readonly Lazy<IReadOnlyList<string>> RouteSources = new(() =>
        [.. Directory.EnumerateFiles(Path.Combine(ServicePaths.RepositoryRoot, "samples", "PaymentService"), "*Endpoints.cs", SearchOption.AllDirectories).Select(File.ReadAllText)]);

    private static string Text(JsonNode? node) => node!.ToString();

    private static int Number(JsonNode? node) => (int)node!.GetValue<long>();
}
