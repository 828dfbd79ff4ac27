using System.Net;
using Resilience.TestKit;
using Xunit.Abstractions;

namespace Resilience.IntegrationTests.Payments;

/// <summary>How soon a customer has the journal's promise. Alone, because it is measured.</summary>
[Collection(AloneCollection.Name)]
public sealed class NoWriterTests(ITestOutputHelper output)
{
    /// <summary>Neither the ledger nor the gateway: 202 from the journal, within half a second.</summary>
    [Fact]
    public async Task NoWriterAndNoGateway_202WithinHalfASecond_AllChargedOnceAfterwards()
    {
        using var threads = new ClientThreads();
        await using var fleet = await PaymentFleet.StartTwoRegionsAsync();
        await fleet.PayAllAsync(Enumerable.Range(0, 20).Select(i => $"warm{i}"));
        await fleet.GatewayDownAsync();
        await fleet.East.KillAsync();
        await Eventually.UntilAsync(
            async _ => (await fleet.PayAsync("probe")).Status == HttpStatusCode.Accepted, () => "nothing is promised", default);

        var attempts = new List<PaymentAttempt>();
        for (var i = 0; i < 30; i++)
        {
            attempts.Add(await fleet.PayAsync($"k{i}"));
        }

        var took = attempts.Select(attempt => attempt.Took.TotalMilliseconds).Order().ToList();
        output.WriteLine($"without a writer: median {took[15]:0} ms, p90 {took[26]:0} ms, longest {took[^1]:0} ms");
        Assert.All(attempts, attempt => Assert.Equal(HttpStatusCode.Accepted, attempt.Status));

        // The longest of thirty is the client's own machine as often as the service.
        Assert.InRange(took[26], 0, 500);

        await fleet.West.PromoteAsync();
        await fleet.HealAsync();
        await fleet.EachAcknowledgedIsChargedOnceAsync(fleet.West);
    }
}
