using static Resilience.ChaosTests.Deployment.Schemas.Shape;

namespace Resilience.ChaosTests.Deployment.Schemas;

/// <summary>Experiment templates of AWS FIS, as its user guide has them, and the actions that are used here.</summary>
internal static class FisShapes
{
    /// <summary>Of each action the name and type of its target, and its parameters.</summary>
    public static readonly IReadOnlyDictionary<string, (string? Target, string? ResourceType, Fields Parameters)> Actions = new Dictionary<string, (string?, string?, Fields)>
    {
        ["aws:fis:wait"] = (null, null, Object(("duration!", Durations.Iso))),
        ["aws:rds:failover-db-cluster"] = ("Clusters", "aws:rds:cluster", Object()),
        ["aws:ec2:terminate-instances"] = ("Instances", "aws:ec2:instance", Object()),
        ["aws:network:disrupt-connectivity"] = ("Subnets", "aws:ec2:subnet", Object(
            ("scope!", OneOf("all", "availability-zone", "dynamodb", "prefix-list", "s3", "s3express", "vpc")), ("duration!", Durations.Iso), ("prefixListIdentifier", Text))),
        ["aws:network:route-table-disrupt-cross-region-connectivity"] = ("Subnets", "aws:ec2:subnet", Object(("region!", Text), ("duration!", Durations.Iso))),
        ["aws:elasticache:replicationgroup-interrupt-az-power"] = ("ReplicationGroups", "aws:elasticache:replicationgroup", Object(("duration!", Durations.Iso))),
        ["aws:eks:inject-kubernetes-custom-resource"] = ("Cluster", "aws:eks:cluster", Object(
            ("kubernetesApiVersion!", OneOf("chaos-mesh.org/v1alpha1", "litmuschaos.io/v1alpha1")),
            ("kubernetesKind!", OneOf("ChaosEngine", "DNSChaos", "IOChaos", "NetworkChaos", "PodChaos", "Schedule", "StressChaos", "TimeChaos")),
            ("kubernetesNamespace!", Text),
            ("kubernetesSpec!", Text),
            ("maxDuration!", Durations.Iso))),
    };

    /// <summary>Of each type of resource what tells its targets apart, besides tags and names.</summary>
    private static readonly IReadOnlyDictionary<string, Fields> ResourceTypes = new Dictionary<string, Fields>
    {
        ["aws:rds:cluster"] = Object(("writerAvailabilityZoneIdentifiers", Text)),
        ["aws:ec2:instance"] = Object(),
        ["aws:ec2:subnet"] = Object(("availabilityZoneIdentifier", Text), ("vpc", Text)),
        ["aws:elasticache:replicationgroup"] = Object(("availabilityZoneIdentifier!", Text)),
        ["aws:eks:cluster"] = Object(),
    };

    public static Fields Template { get; } = Object(
        ("description!", Checked(text => text.Length <= 512 ? null : "is longer than 512 characters")),
        ("targets!", MapOf(Object(
            ("resourceType!", OneOf([.. ResourceTypes.Keys])),
            ("resourceArns", ListOf(Text)),
            ("resourceTags", MapOf(Text)),
            ("parameters", MapOf(Text)),
            ("filters", ListOf(Object(("path!", Text), ("values!", ListOf(Text))))),
            ("selectionMode!", Checked(text => text == "ALL" || text.StartsWith("COUNT(", StringComparison.Ordinal) || text.StartsWith("PERCENT(", StringComparison.Ordinal) ? null : "is not ALL, COUNT(n) or PERCENT(n)"))))),
        ("actions!", MapOf(Object(
            ("actionId!", OneOf([.. Actions.Keys])),
            ("description", Text),
            ("parameters!", MapOf(Text)),
            ("targets", MapOf(Text)),
            ("startAfter", ListOf(Text))))),
        ("stopConditions!", ListOf(Object(("source!", OneOf("aws:cloudwatch:alarm")), ("value!", Text)))),
        ("roleArn!", Text),
        ("experimentOptions", Object(("accountTargeting", OneOf("single-account", "multi-account")), ("emptyTargetResolutionMode", OneOf("fail", "skip")))),
        ("logConfiguration", Object(("logSchemaVersion!", Number(1, 2)), ("cloudWatchLogsConfiguration", Object(("logGroupArn!", Text))))),
        ("tags", MapOf(Text)));

    /// <summary>For <c>aws cloudwatch put-metric-alarm --cli-input-json</c>.</summary>
    public static Fields Alarm { get; } = Object(
        ("AlarmName!", Text),
        ("AlarmDescription", Text),
        ("Metrics!", ListOf(Object(
            ("Id!", Text),
            ("Label", Text),
            ("Expression", Text),
            ("ReturnData!", Shape.Boolean),
            ("MetricStat", Object(
                ("Metric!", Object(("Namespace!", Text), ("MetricName!", Text), ("Dimensions!", ListOf(Object(("Name!", Text), ("Value!", Text)))))),
                ("Period!", Number(60, 60)),
                ("Stat!", OneOf("Sum"))))))),
        ("EvaluationPeriods!", Number(1, 1)),
        ("DatapointsToAlarm", Number(1, 1)),
        ("Threshold!", Number(5, 5)),
        ("ComparisonOperator!", OneOf("GreaterThanThreshold")),
        ("TreatMissingData!", OneOf("breaching")));

    public static Fields ParametersOf(string resourceType) => ResourceTypes[resourceType];
}
