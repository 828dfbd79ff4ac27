using System.Net;
using Resilience.TestKit;
using Xunit.Abstractions;

namespace Resilience.IntegrationTests.TestKit.Network;

[Collection(HelperProgramCollection.Name)]
public sealed class HaproxyTests(HelperProgram helper, ITestOutputHelper output)
{
    [ToolFact(typeof(HaproxyProcess))]
    public async Task Balancer_ServerKilled_NoRequestGoesThereOnceItIsSeenDown_AndItReturns()
    {
        await using var a = await StartServiceAsync("a");
        await using var b = await StartServiceAsync("b");
        await using var balancer = await StartBalancerAsync(a, b);
        using var http = Client(balancer);
        Assert.Equal(["a", "b"], (await AskAsync(http, 10)).Distinct().Order());

        await a.KillAsync();
        await balancer.WaitUntilAsync("a", isUp: false);
        var before = await SessionsAsync(balancer, "a");
        Assert.All(await AskAsync(http, 50), name => Assert.Equal("b", name));
        Assert.Equal(before, await SessionsAsync(balancer, "a"));

        await a.RestartAsync();
        await balancer.WaitUntilAsync("a", isUp: true);
        Assert.Equal(["a", "b"], (await AskAsync(http, 10)).Distinct().Order());
    }

    [ToolFact(typeof(HaproxyProcess))]
    public async Task Balancer_ServerDiesWhileItAnswers_OnlyAGetIsSentAgain()
    {
        await using var a = await StartServiceAsync("a");
        await using var b = await StartServiceAsync("b");
        await using var balancer = await StartBalancerAsync(a, b);
        using var http = Client(balancer);
        // A client sends again by itself what broke on a connection that it had kept.
        http.DefaultRequestHeaders.ConnectionClose = true;

        Assert.All(await KillByRequestAsync(a, HttpMethod.Get, http), status => Assert.Equal(HttpStatusCode.OK, status));

        // Or the balancer may take it for well all the time, also while it starts.
        await balancer.WaitUntilAsync("a", isUp: false);
        await a.RestartAsync();
        await balancer.WaitUntilAsync("a", isUp: true);
        var posted = await KillByRequestAsync(a, HttpMethod.Post, http);
        // More than one, when the next comes before the kernel has closed what the dead one listened on.
        Assert.Contains(HttpStatusCode.BadGateway, posted);
        Assert.All(posted, status => Assert.Contains(status, new[] { HttpStatusCode.OK, HttpStatusCode.BadGateway }));
    }

    [ToolFact(typeof(HaproxyProcess))]
    public async Task Kill_RefusesAndRestartServesOnTheSamePort_StopLetsRequestsEnd()
    {
        await using var a = await StartServiceAsync("a");
        await using var balancer = await StartBalancerAsync(a);
        var port = balancer.PortOf();
        using var http = Client(balancer);
        await AskAsync(http, 1);

        await balancer.KillAsync();
        Assert.False(balancer.IsRunning);
        await Assert.ThrowsAsync<HttpRequestException>(() => AskAsync(http, 1));

        await balancer.RestartAsync();
        Assert.Equal(port, balancer.PortOf());
        await balancer.WaitUntilAsync("a", isUp: true);
        await AskAsync(http, 1);

        var slow = http.GetStringAsync(new Uri("/second", UriKind.Relative));
        await Eventually.UntilAsync(async _ => await SessionsAsync(balancer, "a") >= 2, () => "the request did not arrive", default);
        await balancer.StopAsync();
        Assert.NotEmpty(await slow);
    }

    [ToolFact(typeof(HaproxyProcess))]
    public async Task Sidecar_SeveralPorts_EachLeadsToItsOwn_HangsAndResumes()
    {
        await using var one = new EchoServer();
        await using var two = new EchoServer();
        await using var sidecar = await HaproxyProcess.StartAsync(HaproxyOptions.Sidecar(new("one", "127.0.0.1", one.Port), new("two", "127.0.0.1", two.Port)));
        // Only to have a client with bounds.
        await using var way = ToxicProxy.Start("127.0.0.1", FreePort.Reserve(), "127.0.0.1", sidecar.PortOf("two"));
        using var client = await ProxyClient.ConnectAsync(way);
        await client.EchoAsync(new byte[1000]);
        Assert.Equal((0, 1000), (one.Received, two.Received));
        Assert.All(await sidecar.ServersAsync(), server => Assert.True(server.IsUp));

        await sidecar.HangAsync();
        var echo = client.EchoAsync();
        await Assert.ThrowsAsync<TimeoutException>(() => echo.WaitAsync(TimeSpan.FromMilliseconds(500), TimeProvider.System));
        sidecar.Resume();
        await echo;
    }

    [ToolFact(typeof(HaproxyProcess))]
    public async Task Start_PortIsTaken_SaysWhatHaproxySaid()
    {
        await using var taken = new EchoServer();
        var options = HaproxyOptions.Balancer([new("a", "127.0.0.1", 1)]);

        var error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => HaproxyProcess.StartAsync(options with { Listeners = [options.Listeners[0] with { Port = taken.Port }] }));

        output.WriteLine(error.Message);
        Assert.Contains("ddress already in use", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a b", "127.0.0.1", "/health")]
    [InlineData("a\nstats socket x", "127.0.0.1", "/health")]
    [InlineData("a", "127.0.0.1 check", "/health")]
    [InlineData("a", "127.0.0.1", "/health#")]
    [InlineData("a", "127.0.0.1", "health")]
    public async Task Start_WhatWouldBeADirective_IsRefused(string name, string host, string path)
    {
        var error = await Assert.ThrowsAsync<ArgumentException>(() => HaproxyProcess.StartAsync(HaproxyOptions.Balancer([new(name, host, 80)], path)));

        Assert.Contains("of HAProxy", error.Message, StringComparison.Ordinal);
    }

    private static async Task<List<HttpStatusCode>> KillByRequestAsync(ServiceProcess a, HttpMethod method, HttpClient http)
    {
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 10; i++)
        {
            using var request = new HttpRequestMessage(method, new Uri("/die-as/a", UriKind.Relative));
            using var response = await http.SendAsync(request);
            statuses.Add(response.StatusCode);
        }

        await Eventually.UntilAsync(() => a.HasExited, () => "no request killed 'a'", default);
        return statuses;
    }

    private Task<ServiceProcess> StartServiceAsync(string name) => ServiceProcess.StartAsync(
        new()
        {
            Program = helper.Path,
            Arguments = ["serve"],
            Environment = new Dictionary<string, string?>(StringComparer.Ordinal) { ["GREETING"] = name },
        },
        "/health");

    private static async Task<HaproxyProcess> StartBalancerAsync(params ServiceProcess[] services)
    {
        var servers = services.Select((service, index) => new HaproxyServer(index == 0 ? "a" : "b", "127.0.0.1", service.Port)).ToList();
        return await HaproxyProcess.StartAsync(HaproxyOptions.Balancer(servers, "/health"));
    }

    private static HttpClient Client(HaproxyProcess balancer) =>
        new() { BaseAddress = new Uri($"http://127.0.0.1:{balancer.PortOf()}"), Timeout = TimeSpan.FromSeconds(15) };

    private static async Task<List<string>> AskAsync(HttpClient http, int times)
    {
        var names = new List<string>();
        for (var i = 0; i < times; i++)
        {
            names.Add(await http.GetStringAsync(new Uri("/name", UriKind.Relative)));
        }

        return names;
    }

    private static async Task<long> SessionsAsync(HaproxyProcess balancer, string server) =>
        (await balancer.ServersAsync()).Single(s => s.Server == server).Sessions;
}
