using static Resilience.ChaosTests.Deployment.Schemas.Shape;

namespace Resilience.ChaosTests.Deployment.Schemas;

/// <summary>
/// chaos-mesh.org/v1alpha1, as api/v1alpha1/*_types.go of chaos-mesh/chaos-mesh has it: of each kind the fields, which are
/// required, and the words that are allowed. Kinds that are not used here are not known.
/// </summary>
internal static class ChaosMeshShapes
{
    private static readonly Fields PodSelector = Object(
        ("selector!", Object(
            ("namespaces", ListOf(Text)),
            ("nodes", ListOf(Text)),
            ("pods", MapOf(ListOf(Text))),
            ("nodeSelectors", MapOf(Text)),
            ("fieldSelectors", MapOf(Text)),
            ("labelSelectors", MapOf(Text)),
            ("annotationSelectors", MapOf(Text)),
            ("podPhaseSelectors", ListOf(Text)))),
        ("mode!", OneOf("one", "all", "fixed", "fixed-percent", "random-max-percent")),
        ("value", Text));

    private static readonly Fields ContainerSelector = PodSelector.With(("containerNames", ListOf(Text)));

    /// <summary>What is injected, without how long: in a workflow its deadline says that.</summary>
    private static readonly IReadOnlyDictionary<string, Fields> Faults = new Dictionary<string, Fields>
    {
        ["PodChaos"] = ContainerSelector.With(("action!", OneOf("pod-kill", "pod-failure", "container-kill")), ("gracePeriod", Number(0, 60))),
        ["NetworkChaos"] = PodSelector.With(
            ("action!", OneOf("netem", "delay", "loss", "duplicate", "corrupt", "partition", "bandwidth")),
            ("direction", OneOf("to", "from", "both")),
            ("target", PodSelector),
            ("externalTargets", ListOf(Text)),
            ("device", Text),
            ("delay", Object(("latency!", Durations.Go), ("jitter", Durations.Go), ("correlation", Text))),
            ("loss", Object(("loss!", Text), ("correlation", Text)))),
        ["StressChaos"] = ContainerSelector.With(
            ("stressors", Object(
                ("cpu", Object(("workers!", Number(1, 8192)), ("load", Number(0, 100)), ("options", ListOf(Text)))),
                ("memory", Object(("workers!", Number(1, 8192)), ("size", Text), ("options", ListOf(Text)))))),
            ("stressngStressors", Text)),
        ["DNSChaos"] = ContainerSelector.With(
            ("action!", OneOf("error", "random")),
            ("patterns", ListOf(Checked(pattern => pattern.TrimEnd('*').Contains('*') ? "has a star that is not its end" : null)))),
        ["TimeChaos"] = ContainerSelector.With(
            ("timeOffset!", Durations.Offset),
            ("clockIds", ListOf(OneOf("CLOCK_REALTIME", "CLOCK_MONOTONIC", "CLOCK_REALTIME_COARSE", "CLOCK_MONOTONIC_COARSE", "CLOCK_BOOTTIME")))),
        ["IOChaos"] = ContainerSelector.With(
            ("action!", OneOf("latency", "fault", "attrOverride", "mistake")),
            ("volumePath!", Text),
            ("path", Text),
            ("methods", ListOf(OneOf("read", "write", "create", "mkdir", "open", "flush", "fsync", "rename", "unlink"))),
            ("errno", Number(1, 133)),
            ("delay", Durations.Go),
            ("percent", Number(0, 100))),
    };

    private static readonly Fields StatusCheck = Object(
        ("type!", OneOf("HTTP")),
        ("mode", OneOf("Synchronous", "Continuous")),
        ("duration", Durations.Go),
        ("intervalSeconds", Number(1, 60)),
        ("timeoutSeconds", Number(1, 60)),
        ("failureThreshold", Number(1, 100)),
        ("successThreshold", Number(1, 100)),
        ("recordsHistoryLimit", Number(1, 1000)),
        ("http", Object(
            ("url!", Text),
            ("method", OneOf("GET", "POST")),
            ("headers", MapOf(ListOf(Text))),
            ("body", Text),
            ("criteria!", Object(("statusCode!", Text))))));

    private static readonly Fields Workflow = Object(
        ("entry!", Text),
        ("templates!", ListOf(Object(
            [
                ("name!", Text),
                ("templateType!", OneOf(["Task", "Serial", "Parallel", "Suspend", "Schedule", "StatusCheck", .. Faults.Keys])),
                // Optional for the tool; here nothing runs without an end.
                ("deadline!", Durations.Go),
                ("children", ListOf(Text)),
                ("statusCheck", StatusCheck),
                ("abortWithStatusCheck", Shape.Boolean),
                .. Faults.Select(fault => (Embedded(fault.Key), (Shape)fault.Value)),
            ]))));

    private static readonly Fields Schedule = Object(
        ("schedule!", Text),
        ("startingDeadlineSeconds", Number(1, 3600)),
        ("concurrencyPolicy", OneOf("Forbid", "Allow")),
        ("historyLimit", Number(1, 100)),
        ("type!", OneOf(["Workflow", .. Faults.Keys])),
        ("workflow", Workflow));

    /// <summary>The spec of each kind.</summary>
    public static IReadOnlyDictionary<string, Shape> Kinds { get; } = Faults
        // Optional for the tool; here it is the abort.
        .Select(fault => KeyValuePair.Create(fault.Key, (Shape)fault.Value.With(("duration!", Durations.Go))))
        .Append(KeyValuePair.Create("Workflow", (Shape)Workflow))
        .Append(KeyValuePair.Create("Schedule", (Shape)Schedule))
        .ToDictionary();

    /// <summary>"PodChaos" is "podChaos" inside of something, but "IOChaos" is "ioChaos".</summary>
    public static string Embedded(string kind) => kind switch { "IOChaos" => "ioChaos", "DNSChaos" => "dnsChaos", _ => char.ToLowerInvariant(kind[0]) + kind[1..] };
}
