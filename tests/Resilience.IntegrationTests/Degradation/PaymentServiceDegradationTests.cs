using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Resilience.IntegrationTests.Payments;
using Resilience.TestKit;

namespace Resilience.IntegrationTests.Degradation;

/// <summary>
/// PaymentService, the simulated services and PostgreSQL as processes: what customers see of a dependency that is down, with
/// the rules as they stand in the service's own file.
/// </summary>
public sealed class PaymentServiceDegradationTests : IAsyncLifetime
{
    private PaymentFleet _fleet = null!;

    public async Task InitializeAsync() => _fleet = await PaymentFleet.StartTwoRegionsAsync(
        settings:
        [
            ("DrResilience__Dependencies__ml-service__CircuitBreaker__BreakDuration", "00:00:01"),
            ("DrResilience__Dependencies__elasticsearch__CircuitBreaker__BreakDuration", "00:00:01"),
            ("DrResilience__Episodes__Ramp", "00:00:01"),
        ]);

    public Task DisposeAsync() => _fleet?.DisposeAsync().AsTask() ?? Task.CompletedTask;

    [Fact]
    public async Task Search_EngineDown_TheDatabaseAnswers_SomebodyIsTold_AndAllOfItIsUndone()
    {
        var (healthy, found) = await GetAsync("search?q=coffee");
        Assert.Null(healthy);
        Assert.Equal(["p1", "p5"], Ids(found));

        await _fleet.FaultAsync("""{"down":true}""", "elasticsearch");
        for (var i = 0; i < 30; i++)
        {
            // The database finds the stem of a word, which the simulated engine does not: it is who answers.
            var (degraded, instead) = await GetAsync("search?q=mugs");
            Assert.Equal("search_service;action=fallback;src=\"database_fulltext_search\"", degraded);
            Assert.Equal(["p1"], Ids(instead));
        }

        await LoggedAsync("Alert (Warning) of 'search_service': Search degraded to DB fallback");

        await _fleet.HealAsync("elasticsearch");
        await BackAsync("search?q=coffee");
        await Eventually.UntilAsync(
            async _ =>
            {
                // Calls are what the circuit learns from that all is well again.
                await GetAsync("search?q=coffee");
                return HasLogged("Alert of 'search_service' is resolved");
            },
            () => string.Join('\n', _fleet.Replicas[0].Output),
            default);
    }

    [Fact]
    public async Task Search_EngineAndWriterDown_TheOtherRegionAnswers()
    {
        Assert.Null((await GetAsync("search?q=coffee")).Degraded);
        await PaymentFleet.UntilAsync(_fleet.West, "to_regclass('products_title') IS NOT NULL");
        await _fleet.FaultAsync("""{"down":true}""", "elasticsearch");
        await _fleet.East.KillAsync();

        await Eventually.UntilAsync(
            async ct =>
            {
                using var answer = await _fleet.Http.GetAsync("search?q=coffee", ct);
                return answer.StatusCode == HttpStatusCode.OK && answer.Headers.TryGetValues("Degraded", out _);
            },
            () => string.Join('\n', _fleet.Replicas[0].Output.TakeLast(5)),
            default);
    }

    [Theory]
    [InlineData("""{"down":true}""")]
    [InlineData("""{"status":503}""")]
    [InlineData("""{"hang":true}""")]
    public async Task Recommendations_MlServiceFails_PopularItemsAndGeneric_UntilItIsBack(string fault)
    {
        var (healthy, personal) = await GetAsync("recommendations?accountId=a1");
        Assert.Null(healthy);
        Assert.Equal("full", (string?)personal["personalization"]);

        await _fleet.FaultAsync(fault, "ml-service");
        for (var i = 0; i < 12; i++)
        {
            var (degraded, popular) = await GetAsync("recommendations?accountId=a1");
            Assert.Equal("recommendation_engine;action=fallback;src=\"popular_items_cache\"", degraded);
            Assert.Equal("generic", (string?)popular["personalization"]);
            Assert.Equal(["p1", "p2", "p3"], Ids(popular));
        }

        await _fleet.HealAsync("ml-service");
        await BackAsync("recommendations?accountId=a1");
        await Eventually.UntilAsync(
            async _ => JsonNode.DeepEquals(personal, (await GetAsync("recommendations?accountId=a1")).Body), () => "still generic", default);
    }

    [Fact]
    public async Task GatewayDown_PaymentsAreQueued_RatesAreTheLast_InstantCheckoutIsOff_UntilItIsBack()
    {
        var (fresh, rates) = await GetAsync("rates?base=EUR");
        Assert.Null(fresh);
        Assert.True((bool)(await GetAsync("checkout")).Body["instantCheckout"]!);

        await _fleet.GatewayDownAsync();
        for (var i = 0; i < 12; i++)
        {
            using var answer = await PaymentFleet.SendAsync(_fleet.Http, $"k{i}");
            var body = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
            Assert.Equal("Payment queued. You'll receive confirmation shortly.", (string?)body["message"]);
            Assert.Equal($"/payments/{(string?)body["id"]}", answer.Headers.Location?.ToString());
            Assert.True(answer.Headers.RetryAfter?.Delta > TimeSpan.Zero, $"{answer.Headers.RetryAfter}");
            Assert.StartsWith("payment_service;action=queue_for_retry", Assert.Single(answer.Headers.GetValues("Degraded")), StringComparison.Ordinal);
        }

        var (degraded, cached) = await GetAsync("rates?base=EUR");
        Assert.StartsWith("payment_service;action=fallback;src=\"cached_exchange_rates\"", degraded, StringComparison.Ordinal);
        Assert.True(JsonNode.DeepEquals(rates["rates"], cached["rates"]), $"{rates} and {cached}");
        await Eventually.UntilAsync(
            async _ => !(bool)(await GetAsync("checkout")).Body["instantCheckout"]!, () => "instant checkout is still on", default);

        await _fleet.HealAsync();
        await BackAsync("rates?base=EUR");
        await Eventually.UntilAsync(
            async _ => (bool)(await GetAsync("checkout")).Body["instantCheckout"]!, () => "instant checkout is still off", default);
        for (var i = 0; i < 12; i++)
        {
            using var answer = await PaymentFleet.SendAsync(_fleet.Http, $"k{i}");
            Assert.Contains(answer.StatusCode, new[] { HttpStatusCode.Created, HttpStatusCode.Accepted });
        }

        await PaymentFleet.UntilAsync(_fleet.East, "count(*) = 12 FROM payments WHERE status = 'captured'");
        Assert.Equal((12, 12, 0), await _fleet.SummaryAsync());
    }

    [Theory]
    [InlineData("search")]
    [InlineData("search?q=%20")]
    [InlineData("recommendations")]
    public async Task BadInput_Is400_AndCountsAgainstNobody(string path)
    {
        using var answer = await _fleet.Http.GetAsync(path);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    private async Task<(string? Degraded, JsonNode Body)> GetAsync(string path)
    {
        using var answer = await _fleet.Http.GetAsync(path);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        var degraded = answer.Headers.TryGetValues("Degraded", out var values) ? Assert.Single(values) : null;
        Assert.Equal(degraded is not null, answer.Headers.CacheControl?.NoStore ?? false);
        return (degraded, (await answer.Content.ReadFromJsonAsync<JsonNode>())!);
    }

    private static IEnumerable<string> Ids(JsonNode body) => body["items"]!.AsArray().Select(item => (string)item!["id"]!);

    private Task BackAsync(string path) =>
        Eventually.UntilAsync(async _ => (await GetAsync(path)).Degraded is null, () => $"{path} is still degraded", default);

    private Task LoggedAsync(string text) => Eventually.UntilAsync(() => HasLogged(text), () => string.Join('\n', _fleet.Replicas[0].Output), default);

    private bool HasLogged(string text) => _fleet.Replicas[0].Output.Any(line => line.Contains(text, StringComparison.Ordinal));
}
