using System.Net;
using Npgsql;
using Resilience.IntegrationTests.Payments;
using Resilience.TestKit;

namespace Resilience.IntegrationTests.Degradation;

/// <summary>The fallback cannot answer either: it holds nothing, too old an answer, or takes too long. Customers get 503, soon, and a time to come again.</summary>
public sealed class NothingLeftTests
{
    private const string RatesService = "payment_service;action=fallback";

    [Fact]
    public async Task Rates_EmptyThenStale_503_AndBetweenThemTheLastAnswer()
    {
        var server = await PostgresServer.StartPrimaryAsync(new PostgresServerOptions { Region = "us-east-1" });
        await using var fleet = await PaymentFleet.StartAsync(
            [server], server, 1, null, ("Rates__RefreshInterval", "00:00:00"), ("Rates__MaxStaleness", "00:00:04"));
        await fleet.GatewayDownAsync();
        await NothingAsync(fleet, "rates?base=EUR");

        await fleet.HealAsync();
        await Eventually.UntilAsync(async _ => await DegradedAsync(fleet, "rates?base=EUR") == (HttpStatusCode.OK, ""), () => "no rates", default);
        await fleet.GatewayDownAsync();
        var (status, degraded) = await DegradedAsync(fleet, "rates?base=EUR");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.StartsWith(RatesService, degraded, StringComparison.Ordinal);

        await Eventually.UntilAsync(
            async _ => (await DegradedAsync(fleet, "rates?base=EUR")).Status == HttpStatusCode.ServiceUnavailable, () => "old rates are still used", default);
        await NothingAsync(fleet, "rates?base=EUR");
    }

    [Fact]
    public async Task Search_TheDatabaseIsSlow_503InItsTime_AndAnswersAgain()
    {
        var server = await PostgresServer.StartPrimaryAsync(new PostgresServerOptions { Region = "us-east-1" });
        await using var fleet = await PaymentFleet.StartAsync([server], server);
        await PaymentFleet.UntilAsync(server, "to_regclass('products_title') IS NOT NULL");
        await fleet.FaultAsync("""{"down":true}""", "elasticsearch");
        await using (var source = NpgsqlDataSource.Create(server.ConnectionString + ";Pooling=false"))
        await using (var connection = await source.OpenConnectionAsync())
        await using (await connection.BeginTransactionAsync())
        {
            await using var block = new NpgsqlCommand("LOCK TABLE products", connection);
            await block.ExecuteNonQueryAsync();
            var began = TimeProvider.System.GetTimestamp();
            await NothingAsync(fleet, "search?q=mugs");
            Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(8));
        }

        var (status, degraded) = await DegradedAsync(fleet, "search?q=mugs");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.StartsWith("search_service;action=fallback", degraded, StringComparison.Ordinal);
    }

    private static async Task NothingAsync(PaymentFleet fleet, string path)
    {
        using var answer = await fleet.Http.GetAsync(path);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.True(answer.Headers.RetryAfter?.Delta > TimeSpan.Zero, $"{answer.Headers.RetryAfter}");
    }

    private static async Task<(HttpStatusCode Status, string Degraded)> DegradedAsync(PaymentFleet fleet, string path)
    {
        using var answer = await fleet.Http.GetAsync(path);
        return (answer.StatusCode, answer.Headers.TryGetValues("Degraded", out var values) ? Assert.Single(values) : "");
    }
}
