using Resilience.TestKit;
using Resilience.TestKit.Kubernetes;
using Xunit.Abstractions;

namespace Resilience.IntegrationTests.Kubernetes;

/// <summary>
/// A rolling update under load: pods are deleted one after the other while 200 requests a second go to the ready ones. Real
/// processes, SIGTERM, kept-alive connections, requests under way, a service that hears of changes late.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class DrainTests(ITestOutputHelper output)
{
    private const int PerSecond = 200;
    private static readonly TimeSpan EndpointDelay = TimeSpan.FromMilliseconds(400);

    [Fact]
    public Task RollingUpdate_PodAfterPod_NoRequestIsLost() => RollAsync("1.1", 8);

    /// <summary>The same, also with HTTP/2, as often as the documented figures were measured with.</summary>
    [Theory]
    [Trait(Nightly.Trait, Nightly.Value)]
    [InlineData("1.1", 20)]
    [InlineData("2.0", 10)]
    public Task RollingUpdate_ManyPods_NoRequestIsLost(string version, int deletions) => RollAsync(version, deletions);

    private async Task RollAsync(string version, int deletions)
    {
        await using var endpoints = new Endpoints(EndpointDelay);
        var next = StartAsync(endpoints, version);
        var pods = new Queue<(Pod Pod, ServiceContainer Container)>();
        pods.Enqueue(await StartAsync(endpoints, version));
        pods.Enqueue(await next);
        await Eventually.UntilAsync(() => endpoints.Count == 2, () => $"{endpoints.Count} endpoints", default);

        await using var load = new DrainLoad(endpoints, new Version(version), PerSecond);
        load.Start();
        for (var i = 0; i < deletions; i++)
        {
            // The next one comes up while this one goes, so there is always one that serves.
            next = StartAsync(endpoints, version);
            var (pod, container) = pods.Dequeue();
            await pod.DeleteAsync();
            Assert.True(pod.EndedByItself, $"deletion {i}: it had to be killed");
            await pod.DisposeAsync();
            await container.DisposeAsync();
            pods.Enqueue(await next);
        }

        var due = load.Due;
        await load.StopAsync();
        foreach (var (pod, container) in pods)
        {
            await pod.DisposeAsync();
            await container.DisposeAsync();
        }

        output.WriteLine($"HTTP/{version}: {load.Sent} requests, {deletions} pods deleted, {load.Lost.Count} lost");
        Assert.True(load.Lost.Count == 0, string.Join("; ", load.Lost.Take(5)));
        Assert.InRange(load.Sent, due * 0.95, due + PerSecond);
    }

    private static async Task<(Pod Pod, ServiceContainer Container)> StartAsync(Endpoints endpoints, string version)
    {
        var container = new ServiceContainer(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["DrResilience__Health__DrainDelay"] = "00:00:01.5",
            ["Kestrel__EndpointDefaults__Protocols"] = version == "2.0" ? "Http2" : "Http1",
        });
        var pod = await Pod.StartAsync(container, Manifest.Pod.Faster(20) with { Startup = Manifest.Pod.Startup.Faster(50), PreStop = TimeSpan.Zero });
        await Eventually.UntilAsync(() => pod.IsReady, () => container.Output, default);
        endpoints.Add(pod, () => container.Address);
        return (pod, container);
    }
}
