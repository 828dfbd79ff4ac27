using System.Text.Json.Nodes;
using Resilience.ChaosTests.Deployment.Schemas;
using static Resilience.ChaosTests.Deployment.Schemas.Shape;

namespace Resilience.ChaosTests.Deployment.Rules;

/// <summary>A document has a version and kind that its tool knows, and no field that it does not.</summary>
internal static class SchemaRules
{
    private static readonly Dictionary<string, IReadOnlyDictionary<string, Shape>> Versions = new()
    {
        ["chaos-mesh.org/v1alpha1"] = ChaosMeshShapes.Kinds,
        ["litmuschaos.io/v1alpha1"] = LitmusShapes.Kinds,
        ["networking.istio.io/v1"] = IstioShapes.Kinds,
    };

    /// <summary>Kubernetes' own, whose fields the API server checks: here only that they are what they say.</summary>
    private static readonly string[] OfKubernetes =
    [
        "v1/Namespace", "v1/ServiceAccount", "networking.k8s.io/v1/NetworkPolicy", "rbac.authorization.k8s.io/v1/Role", "rbac.authorization.k8s.io/v1/RoleBinding",
        "rbac.authorization.k8s.io/v1/ClusterRole", "rbac.authorization.k8s.io/v1/ClusterRoleBinding",
    ];

    private static readonly Shape Metadata = Object(("name!", Text), ("namespace", Text), ("labels", MapOf(Text)), ("annotations", MapOf(Text)));

    public static IEnumerable<string> Check(string path, JsonObject document) => Path.GetDirectoryName(path) switch
    {
        "aws-fis" => ShapeCheck.Check(document, path == "aws-fis/customer-error-rate-alarm.json" ? FisShapes.Alarm : FisShapes.Template, "$"),
        "gremlin" => ShapeCheck.Check(document, GremlinShapes.Scenario, "$"),
        _ => CheckResource(document),
    };

    private static IEnumerable<string> CheckResource(JsonObject document)
    {
        var (version, kind) = (document["apiVersion"]?.ToString() ?? "", document["kind"]?.ToString() ?? "");
        if (OfKubernetes.Contains($"{version}/{kind}"))
        {
            return ShapeCheck.Check(document["metadata"], Metadata, "metadata");
        }

        return !Versions.TryGetValue(version, out var kinds) ? [$"apiVersion: '{version}' is not known"]
            : !kinds.TryGetValue(kind, out var spec) ? [$"kind: '{kind}' is not known in {version}"]
            : ShapeCheck.Check(document, Object(("apiVersion!", Text), ("kind!", Text), ("metadata!", Metadata), ("spec!", spec)), "$");
    }
}
