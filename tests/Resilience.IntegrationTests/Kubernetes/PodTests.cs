using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Resilience.TestKit;
using Resilience.TestKit.Kubernetes;

namespace Resilience.IntegrationTests.Kubernetes;

/// <summary>The rules that need a pod and its workers together, not a worker alone.</summary>
public sealed class PodTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);
    private static readonly ProbeSpec Unhurried = new("/health/live") { Period = TimeSpan.FromMinutes(10) };

    [Fact]
    public async Task Probe_LongerThanItsPeriod_NeverOverlaps_AndIsFollowedAtOnce()
    {
        await using var container = await ScriptedContainer.CreateAsync(readyTakes: TimeSpan.FromMilliseconds(150));
        var readiness = new ProbeSpec("/health/ready") { Period = TimeSpan.FromMilliseconds(20), Timeout = TimeSpan.FromSeconds(30) };
        await using var pod = await Pod.StartAsync(container, new PodSpec(new ProbeSpec("/health/startup") { Period = readiness.Period }, Unhurried, readiness, Grace));

        await Eventually.UntilAsync(() => container.ReadyAt.Count >= 6, () => $"{container.ReadyAt.Count} probes", default);

        Assert.Equal(1, container.MostAtOnce);
        var apart = container.ReadyAt.Zip(container.ReadyAt.Skip(1), (first, second) => second - first).Min();
        Assert.True(apart >= TimeSpan.FromMilliseconds(140), $"A probe came {apart.TotalMilliseconds} ms after the one before, which took 150 ms.");
    }

    [Fact]
    public async Task Readiness_IsAskedAtOnce_WhenTheContainerHasStarted()
    {
        await using var container = await ScriptedContainer.CreateAsync(readyTakes: TimeSpan.Zero);
        var startup = new ProbeSpec("/health/startup") { Period = TimeSpan.FromMilliseconds(200), InitialDelay = TimeSpan.FromMilliseconds(200) };
        await using var pod = await Pod.StartAsync(container, new PodSpec(startup, Unhurried, new ProbeSpec("/health/ready") { Period = TimeSpan.FromMinutes(10) }, Grace));

        // By its period alone it would be ready ten minutes later.
        await Eventually.UntilAsync(() => pod.IsReady, () => $"started: {pod.IsStarted}, probes: {container.ReadyAt.Count}", default);
    }

    [Theory]
    [InlineData(0, 30)]
    [InlineData(10, 20)]
    [InlineData(29, 2)]
    [InlineData(60, 2)]
    public void PreStop_CountsAgainstTheGracePeriod_OfWhichTwoSecondsAreLeft(int preStop, int remaining) =>
        Assert.Equal(
            TimeSpan.FromSeconds(remaining),
            new PodSpec(Unhurried, Unhurried, Unhurried, Grace, TimeSpan.FromSeconds(preStop)).Remaining);

    [Fact]
    public async Task Delete_LeavesTheEndpointsFirst_ThenStopsWithWhatPreStopHasLeft()
    {
        await using var container = await ScriptedContainer.CreateAsync(readyTakes: TimeSpan.Zero);
        var quick = new ProbeSpec("/health/ready") { Period = TimeSpan.FromMilliseconds(20) };
        await using var pod = await Pod.StartAsync(
            container, new PodSpec(quick with { Path = "/health/startup" }, Unhurried, quick, Grace, TimeSpan.FromMilliseconds(300)));
        await Eventually.UntilAsync(() => pod.IsReady, () => $"started: {pod.IsStarted}", default);

        var deleting = pod.DeleteAsync();
        Assert.False(pod.IsReady);
        Assert.Null(container.Patience);
        await deleting;

        Assert.Equal(Grace - TimeSpan.FromMilliseconds(300), container.Patience);
        Assert.True(pod.EndedByItself);
    }

    /// <summary>Says yes to all probes, to readiness after a while, and keeps account of them.</summary>
    private sealed class ScriptedContainer : IPodContainer, IAsyncDisposable
    {
        private readonly WebApplication _app;
        private readonly long _began = TimeProvider.System.GetTimestamp();
        private int _now;
        private int _most;

        private ScriptedContainer(TimeSpan readyTakes)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
            _app = builder.Build();
            _app.MapGet("/health/{probe}", async (string probe) =>
            {
                if (probe != "ready")
                {
                    return Results.Text("ok");
                }

                ReadyAt.Enqueue(TimeProvider.System.GetElapsedTime(_began));
                _most = Math.Max(_most, Interlocked.Increment(ref _now));
                await Task.Delay(readyTakes, TimeProvider.System);
                Interlocked.Decrement(ref _now);
                return Results.Text("ok");
            });
        }

        public Uri Probes => new(_app.Urls.First());

        public ConcurrentQueue<TimeSpan> ReadyAt { get; } = new();

        public int MostAtOnce => Volatile.Read(ref _most);

        /// <summary>What it was given to stop in; null before.</summary>
        public TimeSpan? Patience { get; private set; }

        public static async Task<ScriptedContainer> CreateAsync(TimeSpan readyTakes)
        {
            var container = new ScriptedContainer(readyTakes);
            await container._app.StartAsync();
            return container;
        }

        public Task StartAsync() => Task.CompletedTask;

        public Task<bool> StopAsync(TimeSpan patience)
        {
            Patience = patience;
            return Task.FromResult(true);
        }

        public ValueTask DisposeAsync() => _app.DisposeAsync();
    }
}
