using System.Globalization;
using Resilience.TestKit;
using Resilience.TestKit.Kubernetes;
using Xunit.Abstractions;

namespace Resilience.IntegrationTests.Kubernetes;

/// <summary>Three real replicas under the kubelet's rules, with the manifest's probes twenty times as fast.</summary>
[Trait(Nightly.Trait, Nightly.Value)]
[Collection(AloneCollection.Name)]
public sealed class ReplicaTests(ITestOutputHelper output)
{
    private const int Replicas = 3;
    private const double Faster = 20;
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(8);

    [Fact]
    public async Task DatabaseDownForAll_NoneIsKilled_NoneLeavesTheService_AllSayDegraded()
    {
        await using var servers = await TwoRegionPostgres.StartAsync();
        await using var replicas = await StartAsync(Replicas, Database(servers.All.Select(server => (server.Region, server.ConnectionString))));
        await replicas.UntilAsync(pod => pod.IsReady && pod.LastAnswer == """{"status":"ready"}""");

        await servers.East.KillAsync();
        await servers.West.KillAsync();
        await replicas.UntilAsync(pod => pod.LastAnswer == """{"status":"degraded"}""");
        await Task.Delay(Outage, TimeProvider.System);

        foreach (var pod in replicas.Pods)
        {
            output.WriteLine($"restarts {pod.Restarts}, unready {pod.TimesUnready}, says {pod.LastAnswer}");
            Assert.Equal((0, 0, true), (pod.Restarts, pod.TimesUnready, pod.IsReady));
            Assert.Equal("""{"status":"degraded"}""", pod.LastAnswer);
        }
    }

    [Fact]
    public async Task BadRollout_ThatNeverReachesItsDatabase_NeverGetsTraffic_AndIsNotKilledForIt()
    {
        var nobody = FreePort.Reserve().ToString(CultureInfo.InvariantCulture);
        await using var replicas = await StartAsync(1, Database([("us-east-1", $"Host=127.0.0.1;Port={nobody};Username=x;Password=x;Database=x;Timeout=2")]));
        await replicas.UntilAsync(pod => pod.IsStarted);

        await Task.Delay(Outage, TimeProvider.System);

        var pod = Assert.Single(replicas.Pods);
        Assert.Equal((0, false, """{"status":"waiting"}"""), (pod.Restarts, pod.WasReady, pod.LastAnswer));
    }

    [Fact]
    public async Task BadRollout_ThatDoesNotStart_IsRestartedByItsStartupProbe()
    {
        await using var replicas = await StartAsync(1, new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["DrResilience__Dependencies__payment-gateway__Retry__MaxRetryAttempts"] = "many",
        });

        await replicas.UntilAsync(pod => pod.Restarts > 0);
        Assert.DoesNotContain(replicas.Pods, pod => pod.WasReady || pod.IsStarted);
        Assert.Contains("many", replicas.Containers[0].Output, StringComparison.Ordinal);
    }

    private static Dictionary<string, string?> Database(IEnumerable<(string Region, string ConnectionString)> regions) => regions
        .SelectMany((region, i) => new[]
        {
            KeyValuePair.Create($"DrResilience__Dependencies__payments-db__Postgres__Regions__{i}__Name", (string?)region.Region),
            KeyValuePair.Create($"DrResilience__Dependencies__payments-db__Postgres__Regions__{i}__ConnectionString", (string?)region.ConnectionString),
        })
        .ToDictionary(StringComparer.Ordinal);

    private static async Task<ReplicaSet> StartAsync(int count, IReadOnlyDictionary<string, string?> environment)
    {
        var set = new ReplicaSet();
        for (var i = 0; i < count; i++)
        {
            var container = new ServiceContainer(environment);
            set.Containers.Add(container);

            // Startup is not faster than the machine, so its time stays.
            var spec = Manifest.Pod.Faster(Faster) with { Startup = Manifest.Pod.Startup.Faster(Faster) with { FailureThreshold = 60 } };
            set.Pods.Add(await Pod.StartAsync(container, spec));
        }

        return set;
    }

    private sealed class ReplicaSet : IAsyncDisposable
    {
        public List<ServiceContainer> Containers { get; } = [];

        public List<Pod> Pods { get; } = [];

        public Task UntilAsync(Func<Pod, bool> condition) => Eventually.UntilAsync(
            () => Pods.TrueForAll(pod => condition(pod)),
            () => string.Join("; ", Pods.Select(pod => $"started {pod.IsStarted}, ready {pod.IsReady}, restarts {pod.Restarts}, says {pod.LastAnswer}")) + "\n" + Containers[0].Output,
            default,
            TimeSpan.FromSeconds(60));

        public async ValueTask DisposeAsync()
        {
            foreach (var pod in Pods)
            {
                await pod.DisposeAsync();
            }

            foreach (var container in Containers)
            {
                await container.DisposeAsync();
            }
        }
    }
}
