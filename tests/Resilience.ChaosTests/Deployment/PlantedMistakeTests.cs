namespace Resilience.ChaosTests.Deployment;

/// <summary>Each mistake that somebody might make in a file of deploy/chaos is found, and named.</summary>
public sealed class PlantedMistakeTests
{
    [Theory]
    // Targets
    [InlineData("chaos-mesh/pod-kill.yaml", "app: payment-service", "app: payments-service", "is on no pod")]
    [InlineData("litmus/pod-kill.yaml", "applabel: app=payment-service", "applabel: name=payment-service", "is on no pod")]
    [InlineData("litmus/access.yaml", "      app: payment-service", "      app: other", "is on no pod")]
    [InlineData("litmus/access.yaml", "port: management", "port: admin", "has no port 'admin'")]
    [InlineData("litmus/pod-kill.yaml", "appkind: statefulset", "appkind: deployment", "is not the workload")]
    [InlineData("chaos-mesh/pod-kill.yaml", "namespaces: [payments]", "namespaces: [production]", "is not payments")]
    [InlineData("chaos-mesh/az-failure.yaml", "topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone", "are not spread by")]
    [InlineData("litmus/az-failure.yaml", "us-east-1a", "eu-west-1a", "no zone of us-east-1")]
    [InlineData("gremlin/az-failure.json", "us-east-1a", "eu-west-1a", "no zone of us-east-1")]
    [InlineData("gremlin/pod-kill.json", "\"name\": \"payment-service\"", "\"name\": \"payment\"", "is not the workload")]
    [InlineData("chaos-mesh/cpu-stress.yaml", "containerNames: [payment-service]", "containerNames: [app]", "is not in the pod")]
    [InlineData("chaos-mesh/disk-fill.yaml", "volumePath: /var/lib/dr-resilience", "volumePath: /data", "is not mounted")]
    [InlineData("gremlin/disk-fill.json", "\"/var/lib/dr-resilience\"", "\"/data\"", "is not mounted")]
    // Addresses
    [InlineData("litmus/pod-kill.yaml", "svc/health/ready", "svc/healthz/ready", "is no probe")]
    [InlineData("litmus/pod-kill.yaml", "svc/rates", "svc/health", "nothing that customers read there")]
    [InlineData("litmus/pod-kill.yaml", "svc:8081/health\n", "svc:8080/health\n", "listens on 8081")]
    [InlineData("litmus/pod-kill.yaml", "payment-service-probes.payments.svc", "payment-service-management.payments.svc", "there is no service")]
    [InlineData("chaos-mesh/coordinated.yaml", "svc/health/ready", "svc/ready", "is no probe")]
    [InlineData("gremlin/pod-kill.json", "${CUSTOMER_URL}/health/ready", "${CUSTOMER_URL}/ready", "is no probe")]
    [InlineData("chaos-mesh/gateway-outage.yaml", "payment-gateway.payments.svc", "gateway.payments.svc", "is not in the manifest")]
    [InlineData("litmus/network-partition.yaml", "db.us-east-1.example", "db.us-west-2.example", "is not in the manifest")]
    [InlineData("istio/gateway-outage.yaml", "host: payment-gateway.payments", "host: gateway.payments", "is not in the manifest")]
    // Fields
    [InlineData("chaos-mesh/pod-kill.yaml", "mode: one", "mode: some", "is none of one, all")]
    [InlineData("chaos-mesh/pod-kill.yaml", "gracePeriod: 0", "graceperiod: 0", "unknown field 'graceperiod'")]
    [InlineData("chaos-mesh/pod-kill.yaml", "kind: PodChaos", "kind: PodKill", "is not known in")]
    [InlineData("chaos-mesh/pod-kill.yaml", "chaos-mesh.org/v1alpha1", "chaos-mesh.org/v1", "is not known")]
    [InlineData("chaos-mesh/network-latency.yaml", "correlation: \"0\"", "correlation: 0", "is not text")]
    [InlineData("chaos-mesh/dns-failure.yaml", "payment-gateway.payments.*", "'*.payments.svc'", "a star that is not its end")]
    [InlineData("chaos-mesh/coordinated.yaml", "children: [customers,", "children: [clients,", "no template 'clients'")]
    [InlineData("litmus/pod-kill.yaml", "probeTimeout: 3s", "probeTimeout: 3", "is not text")]
    [InlineData("litmus/pod-kill.yaml", "mode: OnChaos", "mode: DuringChaos", "is none of SOT")]
    [InlineData("litmus/pod-kill.yaml", "value: \"60\"", "value: 60", "is not text")]
    [InlineData("litmus/pod-kill.yaml", "name: FORCE", "name: FORCED", "does not read 'FORCED'")]
    [InlineData("litmus/pod-kill.yaml", "chaosServiceAccount: payment-service-chaos", "chaosServiceAccount: litmus-admin", "no account 'litmus-admin'")]
    [InlineData("istio/gateway-outage.yaml", "httpStatus: 503", "status: 503", "unknown field 'status'")]
    [InlineData("istio/traffic-policy.yaml", "consecutive5xxErrors", "consecutiveErrors", "unknown field 'consecutiveErrors'")]
    [InlineData("aws-fis/database-failover.json", "aws:rds:failover-db-cluster", "aws:rds:failover-cluster", "is none of")]
    [InlineData("aws-fis/database-failover.json", "\"Clusters\"", "\"DBClusters\"", "is not 'Clusters'")]
    [InlineData("aws-fis/az-failure.json", "\"scope\": \"all\"", "\"scope\": \"everything\"", "is none of all")]
    [InlineData("aws-fis/az-failure.json", "aws:ec2:instance\"", "aws:ec2:subnet\"", "no target of type aws:ec2:instance")]
    [InlineData("aws-fis/cache-failure.json", "availabilityZoneIdentifier", "availabilityZone", "'availabilityZoneIdentifier' is missing")]
    [InlineData("aws-fis/pod-kill.json", "payment-service\\\"}", "payments-service\\\"}", "is on no pod")]
    [InlineData("gremlin/cpu-stress.json", "\"-a\"", "\"-x\"", "does not know '-x'")]
    [InlineData("gremlin/pod-kill.json", "\"next\": \"fault\"", "\"next\": \"attack\"", "the chain breaks")]
    // Ends
    [InlineData("chaos-mesh/pod-kill.yaml", "  duration: 60s\n", "", "'duration' is missing")]
    [InlineData("chaos-mesh/cpu-stress.yaml", "duration: 5m", "duration: 5h", "is longer than")]
    [InlineData("chaos-mesh/cpu-stress.yaml", "duration: 5m", "duration: five minutes", "is not a duration")]
    [InlineData("chaos-mesh/coordinated.yaml", "abortWithStatusCheck: true", "abortWithStatusCheck: false", "no continuous status check aborts")]
    [InlineData("chaos-mesh/quarterly.yaml", "pause: \"true\"", "pause: \"false\"", "would run without anybody there")]
    [InlineData("litmus/cpu-stress.yaml", "value: \"300\"", "value: \"3000\"", "is longer than")]
    [InlineData("litmus/cpu-stress.yaml", "value: \"5\"", "value: \"50\"", "at more than 5 % errors")]
    [InlineData("aws-fis/az-failure.json", "\"PT10M\"", "\"PT10H\"", "is longer than")]
    [InlineData("aws-fis/az-failure.json", "\"source\": \"aws:cloudwatch:alarm\"", "\"source\": \"none\"", "is none of aws:cloudwatch:alarm")]
    [InlineData("aws-fis/az-failure.json", ":alarm:payment-service-customer-error-rate", ":alarm:cpu", "does not stop it")]
    [InlineData("aws-fis/customer-error-rate-alarm.json", "\"Threshold\": 5", "\"Threshold\": 50", "is not between 5 and 5")]
    [InlineData("gremlin/cpu-stress.json", "\"300\"", "\"3000\"", "has no end")]
    [InlineData("istio/gateway-outage.yaml", "name: payment-gateway #", "name: outage #", "nothing puts it back")]
    // Latency
    [InlineData("chaos-mesh/network-latency.yaml", "latency: 200ms", "latency: 300ms", "not 200 ± 50 ms")]
    [InlineData("litmus/network-latency.yaml", "value: \"50\"", "value: \"5\"", "not 200 ± 50 ms")]
    [InlineData("aws-fis/network-latency.json", "200ms", "20ms", "not 200 ± 50 ms")]
    [InlineData("gremlin/network-latency.json", "\"250\"", "\"350\"", "not 200 ± 50 ms")]
    // Secrets
    [InlineData("aws-fis/az-failure.json", "${ACCOUNT_ID}", "210987654321", "account's number")]
    [InlineData("aws-fis/az-failure.json", "${FIS_ROLE}", "${ROLE}", "does not explain '${ROLE}'")]
    [InlineData("gremlin/pod-kill.json", "\"headers\": {}", "\"headers\": {\"Authorization\": \"Bearer abcdefgh12345678\"}", "looks like a secret")]
    public void Problems_OneMistakePlanted_IsNamed(string path, string right, string wrong, string problem)
    {
        var text = ChaosFiles.Read(path);
        Assert.Contains(right, text, StringComparison.Ordinal);

        var problems = ExperimentCheck.Problems(path, text.Replace(right, wrong, StringComparison.Ordinal));
        Assert.True(problems.Any(found => found.Contains(problem, StringComparison.Ordinal)), $"Not found; but: {string.Join('\n', problems)}");
    }

    [Fact]
    public void Problems_KeyTwice_IsRefused() => Assert.ThrowsAny<Exception>(() => Documents.Parse("x.yaml", "spec: {mode: one, mode: all}"));
}
