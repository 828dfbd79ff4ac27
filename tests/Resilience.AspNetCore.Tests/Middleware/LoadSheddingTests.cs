using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Resilience.AspNetCore.Middleware;
using Resilience.Pipelines.Bulkhead;
using Resilience.TestKit;

namespace Resilience.AspNetCore.Tests.Middleware;

/// <summary>Requests that are too many: who is refused, who never is, and that every permit comes back.</summary>
public sealed class LoadSheddingTests
{
    [Fact]
    public async Task NoRoom_IsShedWithRetryAfter()
    {
        var settings = InboundApp.Limit(1);
        settings["RetryAfter"] = "00:00:02.5";
        await using var app = await InboundApp.StartAsync(settings);
        using var client = app.Client();
        await app.HoldAsync(1, client);

        using var response = await client.GetAsync("/");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(3), response.Headers.RetryAfter!.Delta);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.ToString());
        Assert.True(response.Headers.CacheControl!.NoStore);
        Assert.Contains("\"status\":503", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        using var head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, head.StatusCode);
        Assert.Equal("", await head.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task FullQueue_ShedsLowThenNormalAndKeepsCritical()
    {
        await using var app = await InboundApp.StartAsync(InboundApp.Limit(1, queue: 1), map =>
        {
            var group = map.MapGroup("/g").WithDrPriority(CallPriority.Low);
            group.MapGet("/low", () => "low");
            group.MapGet("/critical", () => "critical").WithDrPriority(CallPriority.Critical);
        });
        using var client = app.Client();
        await app.HoldAsync(1, client);

        var low = client.GetAsync("/g/low");
        await app.UntilAsync(permits => permits.Queued == 1);
        var normal = client.GetAsync("/");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await Bounded(low)).StatusCode);
        var critical = client.GetAsync("/g/critical");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await Bounded(normal)).StatusCode);
        app.Release();

        Assert.Equal("critical", await (await Bounded(critical)).Content.ReadAsStringAsync());
        await app.UntilAsync(permits => permits is { InUse: 0, Queued: 0, Rejected: 2 });
    }

    [Fact]
    public async Task Probes_AreAnsweredAndNotCountedWhileNothingElseIs()
    {
        await using var app = await InboundApp.StartAsync(InboundApp.Limit(1), map => map.MapGet("/events", () => "streams").DisableDrLoadShedding());
        using var client = app.Client();
        await app.HoldAsync(1, client);

        foreach (var path in new[] { "/health/startup", "/health/live", "/health/ready", "/events" })
        {
            using var response = await client.GetAsync(path);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        using var detail = await client.GetAsync("/health");
        Assert.Equal(HttpStatusCode.NotFound, detail.StatusCode);
        Assert.Equal((1, 0L), (app.Permits.InUse, app.Permits.Rejected));
    }

    [Theory]
    [InlineData("websocket", "200")]
    [InlineData("h2c", "503")]
    public async Task Upgrade_IsExempt_ButNotTheOfferOfHttp2(string protocol, string status)
    {
        await using var app = await InboundApp.StartAsync(InboundApp.Limit(1), kestrel: true);
        using var client = new HttpClient { BaseAddress = new Uri(app.Address) };
        await app.HoldAsync(1, client);

        using var tcp = new TcpClient();
        await tcp.ConnectAsync(client.BaseAddress.Host, client.BaseAddress.Port);
        await using var stream = tcp.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: {protocol}\r\n\r\n"));
        using var reader = new StreamReader(stream);

        Assert.StartsWith($"HTTP/1.1 {status} ", await reader.ReadLineAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public void Connect_IsExempt()
    {
        var context = new DefaultHttpContext();
        Assert.False(LoadShedding.IsExempt(context));

        context.Request.Method = HttpMethods.Connect;

        Assert.True(LoadShedding.IsExempt(context));
    }

    [Theory]
    [InlineData("/throw")]
    [InlineData("/throw-later")]
    public async Task Exception_ReturnsThePermitOnce(string path)
    {
        await using var app = await InboundApp.StartAsync(InboundApp.Limit(2), map =>
        {
            map.Map("/throw", (RequestDelegate)(_ => throw new InvalidOperationException("at once")));
            map.Map("/throw-later", async context =>
            {
                await Task.Yield();
                throw new InvalidOperationException("later");
            });
        });
        using var client = app.Client();

        for (var i = 0; i < 5; i++)
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => client.GetAsync(path));
        }

        Assert.Equal((0, 2), (app.Permits.InUse, app.Permits.Limit));
        await app.HoldAsync(2, client);
        using var third = await client.GetAsync("/");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, third.StatusCode);
    }

    [Fact]
    public async Task ClientGone_WhileRunningOrWaiting_ReturnsThePermit()
    {
        await using var app = await InboundApp.StartAsync(InboundApp.Limit(1, queue: 1), kestrel: true);
        using var client = new HttpClient { BaseAddress = new Uri(app.Address) };
        using var gone = new CancellationTokenSource();
        var running = client.GetAsync("/hold", gone.Token);
        await app.UntilAsync(permits => permits.InUse == 1);
        var waiting = client.GetAsync("/", gone.Token);
        await app.UntilAsync(permits => permits.Queued == 1);

        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await app.UntilAsync(permits => permits is { InUse: 0, Queued: 0 });
    }

    [Fact]
    public async Task Reload_ChangesTheLimitAndKeepsThePermitsThatAreOut()
    {
        await using var app = await InboundApp.StartAsync(InboundApp.Limit(1));
        using var client = app.Client();
        var held = await app.HoldAsync(1, client);

        app.Configuration["DrResilience:Inbound:Bulkhead:PermitLimit"] = "2";
        app.Configuration.Reload();

        Assert.Equal((2, 1), (app.Permits.Limit, app.Permits.InUse));
        Assert.Equal("hello", await client.GetStringAsync("/"));
        app.Release();
        await Task.WhenAll(held);
        Assert.Equal(0, app.Permits.InUse);
    }

    [Theory]
    [InlineData(200, false, false, PermitOutcome.Answered)]
    [InlineData(404, false, false, PermitOutcome.Answered)]
    [InlineData(429, false, false, PermitOutcome.Overloaded)]
    [InlineData(503, false, false, PermitOutcome.Overloaded)]
    [InlineData(500, false, false, PermitOutcome.Neutral)]
    [InlineData(499, false, false, PermitOutcome.Neutral)]
    [InlineData(200, false, true, PermitOutcome.Neutral)]
    [InlineData(503, false, true, PermitOutcome.Neutral)]
    [InlineData(200, true, false, PermitOutcome.Overloaded)]
    [InlineData(200, true, true, PermitOutcome.Overloaded)]
    internal void Judge_Outcome_TellsTheLimit(int status, bool deadlinePassed, bool gone, PermitOutcome outcome) =>
        Assert.Equal(outcome, LoadShedding.Judge(status, deadlinePassed, gone));

    [Fact]
    public void UseDrResilience_WithoutAddDrResilience_SaysWhatToCall()
    {
        var app = WebApplication.CreateSlimBuilder().Build();

        var exception = Assert.Throws<InvalidOperationException>(() => app.UseDrResilience());

        Assert.Contains("AddDrResilience()", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UseDrResilience_Twice_TakesOnePermit()
    {
        await using var app = await InboundApp.StartAsync(InboundApp.Limit(1), map => map.UseDrResilience());
        using var client = app.Client();

        Assert.Equal("hello", await client.GetStringAsync("/"));
    }

    [Fact]
    public void WithDrPriority_Undefined_Throws()
    {
        var app = WebApplication.CreateSlimBuilder().Build();

        Assert.Throws<ArgumentOutOfRangeException>(() => app.MapGet("/", () => "").WithDrPriority((CallPriority)7));
    }

    // The clock of the application stands still, so a wait that nothing ends would last for ever.
    private static Task<HttpResponseMessage> Bounded(Task<HttpResponseMessage> response) => response.WaitAsync(Eventually.Patience, TimeProvider.System);
}
