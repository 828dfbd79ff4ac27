using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Resilience.AspNetCore.Health;
using Resilience.Health;
using Resilience.TestKit;

namespace Resilience.AspNetCore.Tests.Health;

public sealed class FleetWatchTests
{
    [Theory]
    [InlineData(1, 0, false)]
    [InlineData(2, 1, false)]
    [InlineData(2, 0, true)]
    [InlineData(3, 2, false)]
    [InlineData(3, 1, true)]
    [InlineData(3, 0, true)]
    [InlineData(10, 5, false)]
    [InlineData(10, 4, true)]
    public void IsShort_FewerThanHalfWithoutThisOne(int replicas, int readyOthers, bool isShort) =>
        Assert.Equal(isShort, FleetRules.IsShort(replicas, readyOthers));

    [Theory]
    [InlineData(200, 200, false)]
    [InlineData(200, 503, true)]
    [InlineData(503, 503, true)]
    public async Task Tick_AsksTheOthersForTheirReadiness(int second, int third, bool isShort)
    {
        var port = FreePort.Reserve();
        await using var others = await StartAsync(port, second, third);
        using var watch = Make(port, "127.0.0.1", "127.0.0.2", "127.0.0.3");

        await watch.TickAsync(default);

        Assert.Equal(isShort, watch.IsShort);
    }

    [Fact]
    public async Task Tick_OthersDoNotAnswer_IsShort()
    {
        using var watch = Make(FreePort.Reserve(), "127.0.0.1", "127.0.0.2", "127.0.0.3");

        await watch.TickAsync(default);

        Assert.True(watch.IsShort);
    }

    [Fact]
    public async Task Tick_NameDoesNotResolve_NothingIsKnown()
    {
        using var watch = new FleetWatch(() => "fleet:1", (_, _) => throw new SocketException(), TimeProvider.System);

        await watch.TickAsync(default);

        Assert.False(watch.IsShort);
    }

    [Fact]
    public async Task Tick_OnlyItselfResolves_IsNotShort()
    {
        using var watch = Make(FreePort.Reserve(), "127.0.0.1");

        await watch.TickAsync(default);

        Assert.False(watch.IsShort);
    }

    private static FleetWatch Make(int port, params string[] replicas) =>
        new(() => $"fleet:{port}", (_, _) => Task.FromResult(replicas.Select(IPAddress.Parse).ToArray()), TimeProvider.System);

    /// <summary>Two replicas besides this process, on addresses that are not its own.</summary>
    private static async Task<WebApplication> StartAsync(int port, int second, int third)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls($"http://127.0.0.2:{port}", $"http://127.0.0.3:{port}");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.MapGet("/health/ready", (HttpContext context) => Results.StatusCode(context.Connection.LocalIpAddress!.ToString().EndsWith('2') ? second : third));
        await app.StartAsync();
        return app;
    }
}
