using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Polly.Timeout;
using Resilience.Pipelines.Timeouts;
using Resilience.TestKit;

namespace Resilience.AspNetCore.Tests.Middleware;

/// <summary>The caller's deadline: refused when over, otherwise in force for everything that the request calls.</summary>
public sealed class InboundDeadlineTests
{
    private static readonly Dictionary<string, string?> Defaults = [];

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("-99999999999999999999")]
    [InlineData(" 0 ")]
    public async Task Header_Expired_IsRefusedWithoutRunningTheEndpoint(string value)
    {
        var ran = false;
        await using var app = await InboundApp.StartAsync(Defaults, map => map.MapGet("/work", () => ran = true));

        using var response = await SendAsync(app, "/work", value);

        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.ToString());
        Assert.True(response.Headers.CacheControl!.NoStore);
        Assert.Contains("\"status\":504", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.False(ran);
        Assert.Equal(0, app.Permits.InUse);
    }

    [Theory]
    [InlineData("")]
    [InlineData("soon")]
    [InlineData("1.5")]
    [InlineData("+5")]
    [InlineData("0x10")]
    [InlineData("1,2")]
    [InlineData("86400001")]
    [InlineData("99999999999999999999999999")]
    [InlineData("٣")]
    public async Task Header_Malformed_IsIgnored(string value)
    {
        await using var app = await InboundApp.StartAsync(Defaults, MapRemaining);

        using var response = await SendAsync(app, "/left", value);

        Assert.Equal("none", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Header_LongOrTwice_IsIgnored()
    {
        await using var app = await InboundApp.StartAsync(Defaults, MapRemaining);

        using var hostile = await SendAsync(app, "/left", new string('0', 10_000));
        using var twice = await SendAsync(app, "/left", "5", "0");

        Assert.Equal("none", await hostile.Content.ReadAsStringAsync());
        Assert.Equal("none", await twice.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData(null, null, "250", "250")]
    [InlineData("00:00:00.2", null, "250", "200")]
    [InlineData("00:00:00.3", null, "250", "250")]
    [InlineData("00:00:00.2", null, null, "none")]
    [InlineData(null, "false", "0", "none")]
    public async Task Options_CapOrSwitchOff(string? max, string? enabled, string? header, string left)
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal);
        if (max is not null)
        {
            settings["Deadline:Max"] = max;
        }

        if (enabled is not null)
        {
            settings["Deadline:Enabled"] = enabled;
        }

        await using var app = await InboundApp.StartAsync(settings, MapRemaining);

        using var response = header is null ? await SendAsync(app, "/left") : await SendAsync(app, "/left", header);

        Assert.Equal(left, await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Deadline_FlowsToADependency_WhatIsLeftIsSentAndEndsTheCall()
    {
        var server = new SilentServer();
        var sent = "";
        await using var app = await InboundApp.StartAsync(
            Defaults,
            map => map.MapGet("/call", async (IHttpClientFactory clients, TimeProvider time) =>
            {
                ((ManualTimeProvider)time).Advance(TimeSpan.FromMilliseconds(400));
                var call = clients.CreateClient("downstream").GetAsync("http://downstream/");
                sent = await server.Received.Task;

                // Far less than the 10 s of an attempt.
                ((ManualTimeProvider)time).Advance(TimeSpan.FromMilliseconds(600));
                await Assert.ThrowsAsync<TimeoutRejectedException>(() => call);
                return "timed out";
            }),
            services => services.AddHttpClient("downstream").AddDrDependency("downstream").ConfigurePrimaryHttpMessageHandler(() => server));

        using var response = await SendAsync(app, "/call", "1000");

        Assert.Equal("timed out", await response.Content.ReadAsStringAsync());
        Assert.Equal("600", sent);
    }

    [Fact]
    public async Task Deadline_UsedUpInTheQueue_IsRefused()
    {
        await using var app = await InboundApp.StartAsync(InboundApp.Limit(1, queue: 5));
        using var client = app.Client();
        await app.HoldAsync(1, client);

        var waiting = SendAsync(app, "/", "50");
        await app.UntilAsync(permits => permits.Queued == 1);
        app.Time.Advance(TimeSpan.FromMilliseconds(50));
        using var response = await waiting.WaitAsync(Eventually.Patience, TimeProvider.System);

        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        Assert.Equal((1, 0), (app.Permits.InUse, app.Permits.Queued));
    }

    [Fact]
    public async Task Deadline_UsedUpWhenThePermitComes_IsRefusedAndReturnsIt()
    {
        await using var app = await InboundApp.StartAsync(InboundApp.Limit(1, queue: 5));
        using var client = app.Client();
        var held = await app.HoldAsync(1, client);

        var waiting = SendAsync(app, "/", "50");
        await app.UntilAsync(permits => permits.Queued == 1);

        // Less than the millisecond that could be sent on.
        app.Time.Advance(TimeSpan.FromMilliseconds(49.5));
        app.Release();
        await Task.WhenAll(held);
        using var response = await waiting.WaitAsync(Eventually.Patience, TimeProvider.System);

        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        Assert.Equal(0, app.Permits.InUse);
    }

    [Fact]
    public async Task Deadline_EndsWithItsRequest()
    {
        await using var app = await InboundApp.StartAsync(Defaults, MapRemaining);

        using var first = await SendAsync(app, "/left", "1000");
        using var second = await SendAsync(app, "/left");

        Assert.Equal("1000", await first.Content.ReadAsStringAsync());
        Assert.Equal("none", await second.Content.ReadAsStringAsync());
    }

    private static void MapRemaining(WebApplication app) => app.MapGet(
        "/left", () => CallDeadline.Remaining is { } left ? left.TotalMilliseconds.ToString(System.Globalization.CultureInfo.InvariantCulture) : "none");

    private static async Task<HttpResponseMessage> SendAsync(InboundApp app, string path, params string[] deadline)
    {
        using var client = app.Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (deadline.Length > 0)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(CallDeadline.HeaderName, deadline));
        }

        return await client.SendAsync(request);
    }

    /// <summary>Tells which deadline it was sent and never answers.</summary>
    private sealed class SilentServer : HttpMessageHandler
    {
        public TaskCompletionSource<string> Received { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Received.TrySetResult(request.Headers.GetValues(CallDeadline.HeaderName).Single());
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            throw new InvalidOperationException("An endless wait has ended.");
        }
    }
}
