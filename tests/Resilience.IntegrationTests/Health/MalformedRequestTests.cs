using System.Net;
using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace Resilience.IntegrationTests.Health;

/// <summary>Both listeners, on real sockets, while good probes go on.</summary>
[Collection(AloneCollection.Name)]
public sealed partial class MalformedRequestTests(ITestOutputHelper output)
{
    private const int Count = 10_000;
    private const int Seed = 20_260_102;
    private const string Secret = "region-of-the-secret-kind";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TenThousand_NothingBreaksOrLeaks_MemoryIsFlat_GoodProbesAreAnswered(bool management)
    {
        await using var app = await ProbedApp.StartAsync([("Region", Secret)]);
        var address = management ? app.Management : app.Main;
        using var requests = new MalformedRequests(address, Seed);
        Assert.Contains(Secret, new Prober(app.Management, "/health").Once().Body, StringComparison.Ordinal);
        await requests.SendAsync(Count / 10);
        var before = GC.GetTotalMemory(forceFullCollection: true);

        List<ProbeResult> good = [];
        using var done = new CancellationTokenSource();
        var prober = new Thread(() => good = Probe(address, done.Token)) { IsBackground = true };
        prober.Start();
        await requests.SendAsync(Count);
        await done.CancelAsync();
        prober.Join();

        var statuses = requests.Answers.GroupBy(answer => answer.Length > 12 ? answer[9..12] : "none").OrderBy(group => group.Key, StringComparer.Ordinal);
        output.WriteLine($"seed {Seed}; {string.Join(", ", statuses.Select(group => $"{group.Count()} × {group.Key}"))}; {good.Count} good probes, longest {good.Max(result => result.Took).TotalMilliseconds:0} ms");
        Assert.True(requests.Answers.Count > Count / 2, "most were not answered");
        Assert.DoesNotContain(requests.Answers, answer => Leak().IsMatch(answer));
        Assert.All(good, result => Assert.Equal((200, """{"status":"ready"}"""), (result.Status, result.Body)));

        requests.Answers.Clear();
        requests.Answers.TrimExcess();
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        output.WriteLine($"{grown / 1024} KiB more than before");
        Assert.True(grown < 8 * 1024 * 1024, $"seed {Seed}: {grown} bytes more than before");
    }

    [Fact]
    public async Task ForgedHost_OnTheMainPort_OpensNoDetail()
    {
        await using var app = await ProbedApp.StartAsync([("Region", Secret)]);
        using var client = new HttpClient();
        foreach (var host in new[] { "localhost", $"localhost:{app.Management.Port}", $"127.0.0.1:{app.Management.Port}", "pod" })
        {
            foreach (var query in new[] { "", "?verbose", "?format=actuator", "?format=nobody" })
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{app.Main}/health{query}") { Headers = { Host = host } };
                request.Headers.Add("X-Forwarded-Port", $"{app.Management.Port}");
                using var response = await client.SendAsync(request);

                Assert.Equal((HttpStatusCode.NotFound, ""), (response.StatusCode, await response.Content.ReadAsStringAsync()));
            }
        }
    }

    private static List<ProbeResult> Probe(IPEndPoint address, CancellationToken done)
    {
        var results = new List<ProbeResult>();
        var prober = new Prober(address, "/health/ready");
        do
        {
            results.Add(prober.Once());
        }
        while (!done.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(20)));

        return results;
    }

    /// <summary>What nobody outside should read: details, or how the inside is made; and no failure of the server's own.</summary>
    [GeneratedRegex("dependencies|region-of|Exception|   at |^HTTP/1.1 500", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Leak();
}
