using System.Collections.Concurrent;
using System.Net;
using Resilience.TestKit;
using Resilience.TestKit.Kubernetes;
using Xunit.Abstractions;

namespace Resilience.IntegrationTests.Kubernetes;

/// <summary>
/// A rolling update under load: pods are deleted one after the other while 200 requests a second go to the ready ones. Real
/// processes, SIGTERM, kept-alive connections, a service that hears of changes half a second late.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class DrainTests(ITestOutputHelper output)
{
    private const int PerSecond = 200;
    private const int Deletions = 10;
    private static readonly TimeSpan EndpointDelay = TimeSpan.FromMilliseconds(500);

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task RollingUpdate_TenTimes_NoRequestIsLost(string version)
    {
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["DrResilience__Health__DrainDelay"] = "00:00:02",
            ["Kestrel__EndpointDefaults__Protocols"] = version == "2.0" ? "Http2" : "Http1",
        };
        var spec = Manifest.Pod.Faster(20) with { Startup = Manifest.Pod.Startup.Faster(50) };
        await using var endpoints = new Endpoints(EndpointDelay);
        var pods = new Queue<(Pod Pod, ServiceContainer Container)>();
        async Task AddAsync()
        {
            var container = new ServiceContainer(environment);
            var pod = await Pod.StartAsync(container, spec);
            pods.Enqueue((pod, container));
            endpoints.Add(pod, () => container.Address);
            await Eventually.UntilAsync(() => pod.IsReady, () => container.Output, default);
        }

        await AddAsync();
        await AddAsync();
        await Eventually.UntilAsync(() => endpoints.Count == 2, () => $"{endpoints.Count} endpoints", default);

        using var stop = new CancellationTokenSource();
        var lost = new ConcurrentQueue<string>();
        var load = LoadAsync(endpoints, new Version(version), lost, stop.Token);
        for (var i = 0; i < Deletions; i++)
        {
            await AddAsync();
            var (pod, container) = pods.Dequeue();
            await pod.DeleteAsync();
            Assert.True(pod.EndedByItself);
            await pod.DisposeAsync();
            await container.DisposeAsync();
        }

        await stop.CancelAsync();
        var sent = await load;
        foreach (var (pod, container) in pods)
        {
            await pod.DisposeAsync();
            await container.DisposeAsync();
        }

        output.WriteLine($"HTTP/{version}: {sent} requests, {Deletions} pods deleted, {lost.Count} lost");
        Assert.True(lost.IsEmpty, string.Join("; ", lost.Take(5)));
        Assert.True(sent > Deletions * PerSecond / 2, $"only {sent} requests were sent");
    }

    /// <summary>Open loop: a request is sent when it is due, however long others take.</summary>
    private static async Task<int> LoadAsync(Endpoints endpoints, Version version, ConcurrentQueue<string> lost, CancellationToken stop)
    {
        using var http = new HttpClient(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1) })
        {
            DefaultRequestVersion = version,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Timeout = TimeSpan.FromSeconds(10),
        };
        var running = new List<Task>();
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / PerSecond), TimeProvider.System);
        while (!stop.IsCancellationRequested)
        {
            running.Add(SendAsync(http, new Uri(endpoints.Next(), "payments/none"), lost));
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }

        await Task.WhenAll(running);
        return running.Count;
    }

    private static async Task SendAsync(HttpClient http, Uri address, ConcurrentQueue<string> lost)
    {
        try
        {
            using var response = await http.GetAsync(address);
            if (response.StatusCode != HttpStatusCode.NotFound)
            {
                lost.Enqueue($"{(int)response.StatusCode}");
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            lost.Enqueue(exception.GetBaseException().Message);
        }
    }
}
