using static Resilience.ChaosTests.Deployment.Schemas.Shape;

namespace Resilience.ChaosTests.Deployment.Schemas;

/// <summary>
/// litmuschaos.io/v1alpha1, as chaosengine_types.go of litmuschaos/chaos-operator has it (times of probes as text: version 3), and
/// the variables that faults/kubernetes/*/fault.yaml of litmuschaos/chaos-charts reads.
/// </summary>
internal static class LitmusShapes
{
    private static readonly string[] Common = ["TOTAL_CHAOS_DURATION", "RAMP_TIME", "DEFAULT_HEALTH_CHECK"];

    private static readonly string[] Pods = [.. Common, "PODS_AFFECTED_PERC", "TARGET_PODS", "TARGET_CONTAINER", "SEQUENCE", "NODE_LABEL", "LIB_IMAGE", "CONTAINER_RUNTIME", "SOCKET_PATH"];

    /// <summary>The variables of each fault.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> Faults = new Dictionary<string, string[]>
    {
        ["pod-delete"] = [.. Common, "PODS_AFFECTED_PERC", "TARGET_PODS", "TARGET_CONTAINER", "SEQUENCE", "NODE_LABEL", "FORCE", "CHAOS_INTERVAL"],
        ["pod-network-latency"] = [.. Pods, "NETWORK_LATENCY", "JITTER", "NETWORK_INTERFACE", "DESTINATION_IPS", "DESTINATION_HOSTS", "TC_IMAGE"],
        ["pod-cpu-hog"] = [.. Pods, "CPU_CORES", "CPU_LOAD", "STRESS_IMAGE"],
        ["pod-dns-error"] = [.. Pods.Except(["NODE_LABEL"]), "TARGET_HOSTNAMES", "MATCH_SCHEME"],
        ["pod-io-stress"] = [.. Pods, "FILESYSTEM_UTILIZATION_PERCENTAGE", "FILESYSTEM_UTILIZATION_BYTES", "NUMBER_OF_WORKERS", "VOLUME_MOUNT_PATH"],
        ["pod-network-partition"] = [.. Common, "POLICY_TYPES", "DESTINATION_IPS", "DESTINATION_HOSTS", "POD_SELECTOR", "NAMESPACE_SELECTOR", "PORTS"],
        ["node-drain"] = [.. Common, "TARGET_NODE", "NODE_LABEL"],
    };

    private static readonly Fields Answer = Object(("criteria!", OneOf("==", "!=", "oneOf")), ("responseCode!", Text));

    private static readonly Fields Probe = Object(
        ("name!", Text),
        ("type!", OneOf("httpProbe", "promProbe", "k8sProbe", "cmdProbe")),
        ("mode!", OneOf("SOT", "EOT", "Edge", "Continuous", "OnChaos")),
        ("httpProbe/inputs", Object(
            ("url!", Text),
            ("insecureSkipVerify", Shape.Boolean),
            ("method!", Object(("get", Answer), ("post", Answer.With(("contentType", Text), ("body", Text), ("bodyPath", Text))))))),
        ("promProbe/inputs", Object(
            ("endpoint!", Text),
            ("query!", Text),
            ("comparator!", Object(("type", OneOf("int", "float", "string")), ("criteria!", OneOf("<=", ">=", "<", ">", "==", "!=")), ("value!", Text))))),
        ("runProperties!", Object(
            ("probeTimeout!", Durations.Go),
            ("interval!", Durations.Go),
            ("attempt", Number(1, 10)),
            ("retry", Number(0, 10)),
            ("probePollingInterval", Durations.Go),
            ("initialDelay", Durations.Go),
            ("verbosity", Text),
            ("stopOnFailure", Shape.Boolean))));

    /// <summary>The spec of each kind.</summary>
    public static IReadOnlyDictionary<string, Shape> Kinds { get; } = new Dictionary<string, Shape>
    {
        ["ChaosEngine"] = Object(
            ("engineState!", OneOf("active", "stop")),
            ("chaosServiceAccount!", Text),
            ("jobCleanUpPolicy", OneOf("delete", "retain")),
            ("terminationGracePeriodSeconds", Number(1, 600)),
            ("defaultHealthCheck", Shape.Boolean),
            ("auxiliaryAppInfo", Text),
            ("appinfo!", Object(("appns!", Text), ("applabel!", Text), ("appkind!", OneOf("deployment", "statefulset", "daemonset", "deploymentconfig", "rollout")))),
            ("experiments!", ListOf(Object(
                ("name!", OneOf([.. Faults.Keys])),
                ("spec!", Object(
                    ("rank", Integer),
                    ("components!", Object(("env!", ListOf(Object(("name!", Text), ("value!", Text)))))),
                    ("probe!", ListOf(Probe)))))))),
    };
}
