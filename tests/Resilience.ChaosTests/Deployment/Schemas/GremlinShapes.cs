using static Resilience.ChaosTests.Deployment.Schemas.Shape;

namespace Resilience.ChaosTests.Deployment.Schemas;

/// <summary>Scenarios of Gremlin, which publishes no schema: the fields that its client gremlin/gremlin-python sends.</summary>
internal static class GremlinShapes
{
    /// <summary>Of each attack the flags that its command line knows; those of shutdown have no length, as it is over at once.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> Flags = new Dictionary<string, string[]>
    {
        ["shutdown"] = ["-d", "-r"],
        ["latency"] = ["-l", "-m", "-h", "-p", "-s", "-i", "-P", "-d"],
        ["blackhole"] = ["-l", "-h", "-p", "-n", "-i", "-P", "-d"],
        ["dns"] = ["-l", "-i", "-P", "-d"],
        ["cpu"] = ["-l", "-p", "-a", "-c"],
        ["disk"] = ["-l", "-d", "-w", "-b", "-p"],
    };

    public static Fields Scenario { get; } = Object(
        ("name!", Text),
        ("description!", Text),
        ("hypothesis!", Text),
        ("graph!", Object(
            ("start_id!", Text),
            ("nodes!", MapOf(Object(
                ("id!", Text),
                ("type!", OneOf("InfraAttack", "Delay", "SynchronousStatusCheck")),
                ("next", Text),
                ("delay", Number(1, 600)),
                ("endpointConfiguration", Object(("url!", Text), ("headers!", MapOf(Text)))),
                ("evaluationConfiguration", Object(
                    ("okStatusCodes!", ListOf(Text)),
                    ("okLatencyMaxMs!", Number(1, 5000)),
                    ("responseBodyEvaluation!", Any))),
                ("thirdPartyPresets", Text),
                ("impact_definition", Object(
                    ("infra_command_type!", OneOf([.. Flags.Keys])),
                    ("infra_command_args!", Object(("type!", Text), ("cli_args!", ListOf(Text)))))),
                ("target_definition", Object(
                    ("target_type!", OneOf("Kubernetes", "Host")),
                    ("strategy_type!", OneOf("Random")),
                    ("strategy!", Object(("type!", OneOf("RandomPercent")), ("percentage!", Number(1, 100)), ("multi_select_tags", MapOf(ListOf(Text))))),
                    ("k8s_objects", ListOf(Object(
                        ("cluster_id!", Text), ("uid!", Text), ("namespace!", Text), ("name!", Text),
                        ("kind!", OneOf("DAEMONSET", "DEPLOYMENT", "POD", "REPLICASET", "STATEFULSET")), ("target_type!", OneOf("Kubernetes"))))),
                    ("containerSelection", Object(("selectionType!", OneOf("EXACT", "ALL", "ANY")), ("containerNames!", ListOf(Text))))))))))));
}
