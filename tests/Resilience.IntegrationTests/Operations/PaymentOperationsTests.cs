using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Resilience.IntegrationTests.Payments;
using Resilience.TestKit;
using Xunit.Abstractions;

namespace Resilience.IntegrationTests.Operations;

/// <summary>The page of PaymentService, as a process, with its gateway down and its queue filling; and what open pages cost it.</summary>
[Collection(AloneCollection.Name)]
public sealed class PaymentOperationsTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Pages = 100;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    // In its first seconds a process compiles what runs often, which costs it more than a tenth of a core with pages or without.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(20);
    private static readonly string Alice = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("alice:right"));

    private PaymentFleet _fleet = null!;

    public async Task InitializeAsync() => _fleet = await PaymentFleet.StartTwoRegionsAsync(
        settings: [("Operators__0__Name", "alice"), ("Operators__0__Password", "right"), ("Operators__0__MayDecide", "true")]);

    public Task DisposeAsync() => _fleet?.DisposeAsync().AsTask() ?? Task.CompletedTask;

    [BrowserFact]
    public async Task GatewayDown_ThePageShowsTheEpisodeItsActionsAndTheQueue()
    {
        await _fleet.FaultAsync("""{"down":true}""");
        await using var browser = await OperationsBrowser.StartAsync();
        var page = await browser.OpenAsync(_fleet.Http.BaseAddress!, "Authorization", Alice);
        for (var i = 0; i < 10; i++)
        {
            using var answer = await _fleet.Http.PostAsync("payments", Payment($"page-{i}"));
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        }

        await OperationsBrowser.UntilAsync(page, "document.getElementById('summary').textContent.startsWith('Degraded: payment-gateway')");
        await OperationsBrowser.UntilAsync(page, "document.querySelector('#degradation').textContent.includes('payment_service: queue_for_retry')");
        await OperationsBrowser.UntilAsync(page, "document.querySelector('#degradation').textContent.includes('instant-checkout')");
        await OperationsBrowser.UntilAsync(page, "Number(document.querySelector('#queues tbody td').textContent) > 0");
        var queue = await page.Locator("#queues tbody tr").First.Locator("td").AllTextContentsAsync();
        Assert.NotEqual("–", queue[2]);
        Assert.Equal(("0", "0"), (queue[3], queue[4]));
        Assert.Empty(await OperationsBrowser.ExamineAsync(page, "payments-degraded"));
        Assert.Empty(browser.Complaints);
    }

    [Fact]
    public async Task WrongPassword_OrNobody_SeesNothing()
    {
        using var nobody = await _fleet.Http.GetAsync("dr");
        using var wrong = new HttpRequestMessage(HttpMethod.Get, "dr/api/state");
        wrong.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("alice:wrong"u8));

        Assert.Equal(HttpStatusCode.Unauthorized, nobody.StatusCode);
        Assert.Equal("Basic", Assert.Single(nobody.Headers.WwwAuthenticate).Scheme);
        Assert.Equal(HttpStatusCode.Unauthorized, (await _fleet.Http.SendAsync(wrong)).StatusCode);
    }

    [Fact]
    [Trait(Nightly.Trait, Nightly.Value)]
    public async Task AHundredOpenPages_CostFewHundredthsOfAProcessor()
    {
        using var process = Process.GetProcessById(_fleet.Replicas[0].ProcessId);
        using var http = new HttpClient { BaseAddress = _fleet.Http.BaseAddress };
        http.DefaultRequestHeaders.Add("Authorization", Alice);
        using var closed = new CancellationTokenSource();
        var received = 0L;
        var pages = Enumerable.Range(0, Pages).Select(_ => ReadAsync(http, bytes => Interlocked.Add(ref received, bytes), closed.Token)).ToList();
        await Task.Delay(Settling, TimeProvider.System);
        var before = Interlocked.Read(ref received);
        var with = await ShareOfAProcessorAsync(process);
        var bytes = Interlocked.Read(ref received) - before;
        await closed.CancelAsync();
        await Task.WhenAll(pages);
        await Task.Delay(Window, TimeProvider.System);
        var without = await ShareOfAProcessorAsync(process);

        output.WriteLine($"{Pages} open pages: {with - without:P2} of a core ({without:P2} without, {with:P2} with), {bytes / 1000} kB received in {Window.TotalSeconds} s");
        Assert.InRange(with - without, -0.05, 0.05);
        Assert.True(bytes > Pages * Window.TotalSeconds * 1000, $"{bytes} bytes");
    }

    private static StringContent Payment(string key)
    {
        var content = new StringContent("""{"accountId":"a1","amount":12.50,"currency":"EUR"}""", Encoding.UTF8, "application/json");
        content.Headers.Add("Idempotency-Key", key);
        return content;
    }

    private static async Task<double> ShareOfAProcessorAsync(Process process)
    {
        process.Refresh();
        var (used, from) = (process.TotalProcessorTime, TimeProvider.System.GetTimestamp());
        await Task.Delay(Window, TimeProvider.System);
        process.Refresh();
        return (process.TotalProcessorTime - used) / TimeProvider.System.GetElapsedTime(from);
    }

    private static async Task ReadAsync(HttpClient http, Action<int> count, CancellationToken closed)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            await using var stream = await http.GetStreamAsync("dr/api/events", closed);
            while (await stream.ReadAsync(buffer, closed) is > 0 and var read)
            {
                count(read);
            }
        }
        catch (OperationCanceledException)
        {
            // Closed.
        }
    }
}
