using System.Globalization;
using Microsoft.Extensions.Configuration;
using Resilience.DependencyInjection;
using Resilience.TestKit;
using Resilience.TestKit.Kubernetes;
using YamlDotNet.RepresentationModel;

namespace Resilience.IntegrationTests.Kubernetes;

/// <summary>The manifests name paths, ports and times that the code has; a change of one without the other fails here.</summary>
public sealed class ManifestTests
{
    private static readonly List<YamlMappingNode> Documents = Load("deploy", "kubernetes", "payment-service.yaml");

    private static YamlNode Pod => At(Of("StatefulSet"), "spec", "template", "spec");

    private static YamlNode Container => At(Pod, "containers", 0);

    [Fact]
    public void Probes_AreThoseThatTheTestsRun()
    {
        Assert.Equal(Manifest.Pod.Startup, Probe(Container, "startupProbe"));
        Assert.Equal(Manifest.Pod.Liveness, Probe(Container, "livenessProbe"));
        Assert.Equal(Manifest.Pod.Readiness, Probe(Container, "readinessProbe"));
        Assert.Equal(Manifest.Pod.GracePeriod, Seconds(Pod, "terminationGracePeriodSeconds"));
        Assert.Equal(Manifest.Pod.PreStop, Seconds(At(Container, "lifecycle", "preStop", "sleep"), "seconds"));

        // The API server refuses any other for these two.
        Assert.Equal((1, 1), (Manifest.Pod.Startup.SuccessThreshold, Manifest.Pod.Liveness.SuccessThreshold));
    }

    /// <summary>Services that are made from the template are asked as the one is that the tests run.</summary>
    [Fact]
    public void Template_HasTheSameProbesAndTimes()
    {
        var pod = At(Load("templates", "dr-service", "deploy", "kubernetes.yaml").Single(document => Text(document, "kind") == "Deployment"), "spec", "template", "spec");
        var container = At(pod, "containers", 0);
        var given = ((YamlSequenceNode)At(container, "env")).Single(one => Text(one, "name") == "DrResilience__Health__TerminationGracePeriod");

        Assert.Equal(Manifest.Pod.Startup, Probe(container, "startupProbe"));
        Assert.Equal(Manifest.Pod.Liveness, Probe(container, "livenessProbe"));
        Assert.Equal(Manifest.Pod.Readiness, Probe(container, "readinessProbe"));
        Assert.Equal(Manifest.Pod.GracePeriod, Seconds(pod, "terminationGracePeriodSeconds"));
        Assert.Equal(Manifest.Pod.PreStop, Seconds(At(container, "lifecycle", "preStop", "sleep"), "seconds"));
        Assert.Equal(Manifest.Pod.GracePeriod - Manifest.Pod.PreStop, TimeSpan.Parse(Text(given, "value"), CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Settings_AreValid_AndDrainWithinTheGracePeriod()
    {
        var data = (YamlMappingNode)At(Of("ConfigMap"), "data");
        var settings = DrResilienceSettingsReader.Read(
            new ConfigurationBuilder().AddInMemoryCollection(data.Select(entry =>
                KeyValuePair.Create(((YamlScalarNode)entry.Key).Value!.Replace("__", ":", StringComparison.Ordinal), ((YamlScalarNode)entry.Value).Value))).Build(),
            isProduction: true).Health;

        Assert.Equal(Text(At(Container, "ports", 1), "containerPort"), settings.ManagementPort!.Value.ToString(CultureInfo.InvariantCulture));
        Assert.EndsWith(":" + Text(At(Container, "ports", 0), "containerPort"), Text(data, "ASPNETCORE_URLS"), StringComparison.Ordinal);
        var left = Seconds(Pod, "terminationGracePeriodSeconds") - Seconds(At(Container, "lifecycle", "preStop", "sleep"), "seconds");
        Assert.Equal(left, settings.TerminationGracePeriod);
        Assert.True(left > settings.DrainDelay + settings.LongestRequest);

        // A client that hears of an unready pod as late as the probe's own period allows still meets a listener.
        Assert.True(settings.DrainDelay >= Manifest.Pod.Readiness.Period * Manifest.Pod.Readiness.FailureThreshold);

        var fleet = Documents.Single(document => Text(document, "kind") == "Service" && At(document, "spec") is YamlMappingNode spec && spec.Children.ContainsKey("publishNotReadyAddresses"));
        Assert.Equal($"{Text(At(fleet, "metadata"), "name")}:{settings.ManagementPort}", settings.Fleet);
    }

    [Fact]
    public void Degradation_IsTheServicesOwnFile_MountedWhereItIsRead()
    {
        var rules = Documents.Last(document => Text(document, "kind") == "ConfigMap");
        var file = File.ReadAllText(Path.Combine(ServicePaths.RepositoryRoot, "samples", "PaymentService", "degradation.yaml"));
        Assert.Equal(file.TrimEnd(), Text(At(rules, "data"), "degradation.yaml").TrimEnd());

        var volume = ((YamlSequenceNode)At(Pod, "volumes")).Single(one => Text(one, "name") == "degradation");
        Assert.Equal(Text(At(rules, "metadata"), "name"), Text(At(volume, "configMap"), "name"));
        var mount = ((YamlSequenceNode)At(Container, "volumeMounts")).Single(one => Text(one, "name") == "degradation");
        var path = ((YamlSequenceNode)At(Container, "env")).Single(one => Text(one, "name") == "DegradationFile");
        Assert.Equal($"{Text(mount, "mountPath")}/degradation.yaml", Text(path, "value"));
    }

    [Fact]
    public void Pods_AreSpreadOverZones_AndTwoAreAlwaysThere()
    {
        var spread = (YamlSequenceNode)At(Pod, "topologySpreadConstraints");
        Assert.Contains(spread, constraint => Text(constraint, "topologyKey") == "topology.kubernetes.io/zone" && Text(constraint, "whenUnsatisfiable") == "DoNotSchedule");
        Assert.Equal("3", Text(At(Of("StatefulSet"), "spec"), "replicas"));
        Assert.Equal("2", Text(At(Of("PodDisruptionBudget"), "spec"), "minAvailable"));
    }

    [Fact]
    public void Container_MayDoNothingThatItNeedNot()
    {
        var pod = At(Pod, "securityContext");
        var container = At(Container, "securityContext");
        Assert.Equal("true", Text(pod, "runAsNonRoot"));
        Assert.Equal("RuntimeDefault", Text(At(pod, "seccompProfile"), "type"));
        Assert.Equal(("false", "true"), (Text(container, "allowPrivilegeEscalation"), Text(container, "readOnlyRootFilesystem")));
        Assert.Equal("ALL", ((YamlScalarNode)At(container, "capabilities", "drop", 0)).Value);
        Assert.NotNull(At(Container, "resources", "limits"));
    }

    [Fact]
    public void EveryVolumeThatIsMounted_IsThere_AndSelectorsMeetTheirPods()
    {
        var volumes = ((YamlSequenceNode)At(Pod, "volumes")).Select(volume => Text(volume, "name"))
            .Concat(((YamlSequenceNode)At(Of("StatefulSet"), "spec", "volumeClaimTemplates")).Select(claim => Text(At(claim, "metadata"), "name"))).ToList();
        Assert.All((YamlSequenceNode)At(Container, "volumeMounts"), mount => Assert.Contains(Text(mount, "name"), volumes));

        var app = Text(At(Of("StatefulSet"), "spec", "template", "metadata", "labels"), "app");
        Assert.All(Documents.Where(document => Text(document, "kind") == "Service"), service => Assert.Equal(app, Text(At(service, "spec", "selector"), "app")));
        Assert.All(Documents.Where(document => Text(document, "kind") != "Namespace"), document => Assert.Equal("payments", Text(At(document, "metadata"), "namespace")));
    }

    private static ProbeSpec Probe(YamlNode container, string name)
    {
        var probe = (YamlMappingNode)At(container, name);
        Assert.Equal("management", Text(At(probe, "httpGet"), "port"));
        var given = new ProbeSpec(Text(At(probe, "httpGet"), "path"));
        return given with
        {
            InitialDelay = probe.Children.ContainsKey("initialDelaySeconds") ? Seconds(probe, "initialDelaySeconds") : given.InitialDelay,
            Period = Seconds(probe, "periodSeconds"),
            Timeout = probe.Children.ContainsKey("timeoutSeconds") ? Seconds(probe, "timeoutSeconds") : given.Timeout,
            FailureThreshold = int.Parse(Text(probe, "failureThreshold"), CultureInfo.InvariantCulture),
            SuccessThreshold = probe.Children.ContainsKey("successThreshold") ? int.Parse(Text(probe, "successThreshold"), CultureInfo.InvariantCulture) : given.SuccessThreshold,
        };
    }

    /// <summary>Of a kind of which there are more, the first is what the service is configured with.</summary>
    private static YamlMappingNode Of(string kind) => Documents.First(document => Text(document, "kind") == kind);

    private static YamlNode At(YamlNode node, params object[] path) =>
        path.Aggregate(node, (at, step) => step is int index ? ((YamlSequenceNode)at).Children[index] : ((YamlMappingNode)at).Children[new YamlScalarNode((string)step)]);

    private static string Text(YamlNode node, string key) => ((YamlScalarNode)At(node, key)).Value!;

    private static TimeSpan Seconds(YamlNode node, string key) => TimeSpan.FromSeconds(int.Parse(Text(node, key), CultureInfo.InvariantCulture));

    private static List<YamlMappingNode> Load(params string[] path)
    {
        using var text = File.OpenText(Path.Combine([ServicePaths.RepositoryRoot, .. path]));
        var stream = new YamlStream();
        stream.Load(text);
        return [.. stream.Documents.Select(document => (YamlMappingNode)document.RootNode)];
    }
}
