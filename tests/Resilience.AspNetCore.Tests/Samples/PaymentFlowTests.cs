using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Resilience.AspNetCore.Tests.Samples;

/// <summary>PaymentService against the simulated gateway.</summary>
public sealed class PaymentFlowTests : IAsyncLifetime
{
    private SampleApp _simulators = null!;
    private SampleApp _payments = null!;

    public async Task InitializeAsync()
    {
        _simulators = await SampleApp.StartSimulatorsAsync();
        _payments = await SampleApp.StartPaymentsAsync(
            $"--Services:payment-gateway={_simulators.Address}", "--Recovery:OlderThan=00:00:00.5", "--Recovery:Interval=00:00:00.1");
    }

    public async Task DisposeAsync()
    {
        await _payments.DisposeAsync();
        await _simulators.DisposeAsync();
    }

    [Fact]
    public async Task Pay_Accepted_IsCapturedAndCanBeRead()
    {
        using var response = await _payments.Http.PayAsync("k");
        var paid = await response.Content.ReadAsStringAsync();

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        // sha256("k") begins like this: callers may compute the id.
        Assert.StartsWith("""{"id":"pay_8254c329a92850f6d539dd376f4816ee","status":"captured","accountId":"a1","amount":12.50,"currency":"EUR","region":"local","createdAt":""", paid, StringComparison.Ordinal);
        Assert.Equal(paid, await _payments.Http.GetStringAsync("/payments/pay_8254c329a92850f6d539dd376f4816ee"));
    }

    [Theory]
    [InlineData("12.5")]
    [InlineData("1.25e1")]
    [InlineData("12.500")]
    public async Task Pay_SameValuesWrittenOtherwise_IsTheSamePayment(string amount)
    {
        var first = await (await _payments.Http.PayAsync("k")).JsonAsync();
        using var again = await _payments.Http.PayAsync("k", $$"""{"currency":"EUR", "accountId":"a1", "amount":{{amount}}}""");

        Assert.Equal(HttpStatusCode.Created, again.StatusCode);
        Assert.Equal(first.ToString(), (await again.JsonAsync()).ToString());
    }

    [Fact]
    public async Task Pay_SameKeyOtherValues_Is422()
    {
        await _payments.Http.PayAsync("k");
        using var other = await _payments.Http.PayAsync("k", """{"accountId":"a1","amount":12.51,"currency":"EUR"}""");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, other.StatusCode);
        Assert.Equal("application/problem+json", other.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Pay_Declined_Is402EachTime()
    {
        const string Body = """{"accountId":"declined-1","amount":1,"currency":"JPY"}""";
        for (var i = 0; i < 2; i++)
        {
            using var response = await _payments.Http.PayAsync("k", Body);
            Assert.Equal(HttpStatusCode.PaymentRequired, response.StatusCode);
            Assert.Equal("declined", (await response.JsonAsync()).GetProperty("status").GetString());
        }
    }

    [Fact]
    public async Task Pay_FiftyAtOnceWithOneKey_IsOneChargeAndFiftyEqualAnswers()
    {
        var responses = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => _payments.Http.PayAsync("k")));
        var bodies = await Task.WhenAll(responses.Select(response => response.Content.ReadAsStringAsync()));

        Assert.All(responses, response => Assert.Equal(HttpStatusCode.Created, response.StatusCode));
        Assert.Single(bodies.Distinct(StringComparer.Ordinal));
        Assert.Equal(1, await _simulators.Http.ChargeCountAsync("k"));
    }

    [Theory]
    [InlineData("""{"failureRate":1}""")]
    [InlineData("""{"failureRate":1,"when":"after"}""")]
    [InlineData("""{"status":429}""")]
    [InlineData("""{"down":true}""")]
    [InlineData("""{"down":true,"when":"after"}""")]
    [InlineData("""{"hang":true}""")]
    [InlineData("""{"latencyMs":2500}""")]
    public async Task Pay_GatewayFails_IsQueuedAndCompletedOnceItIsBack(string fault)
    {
        await _simulators.Http.FaultAsync(fault);
        using var response = await _payments.Http.PayAsync("k");

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.Equal("payment_service;action=queue_for_retry;src=\"payment_service\"", Assert.Single(response.Headers.GetValues("Degraded")));
        var location = response.Headers.Location!.ToString();
        var id = location["/payments/".Length..];
        Assert.Equal(
            $$"""{"id":"{{id}}","status":"queued","message":"Payment queued. You'll receive confirmation shortly."}""",
            await response.Content.ReadAsStringAsync());
        Assert.Equal("queued", (await _payments.Http.GetFromJsonAsync<JsonElement>(location)).GetProperty("status").GetString());

        await _simulators.Http.DeleteAsync("/faults/payment-gateway");

        await _payments.Http.WaitForStatusAsync(location, "captured");
        Assert.Equal(1, await _simulators.Http.ChargeCountAsync("k"));
    }

    [Fact]
    public async Task Pay_GatewayRefusesTheRequest_IsParkedAndNeverTriedAgain()
    {
        await _simulators.Http.FaultAsync("""{"status":400}""");
        using var response = await _payments.Http.PayAsync("k");
        await _payments.Http.WaitForStatusAsync(response.Headers.Location!.ToString(), "parked");
        await _simulators.Http.DeleteAsync("/faults/payment-gateway");

        var again = await (await _payments.Http.PayAsync("k")).JsonAsync();

        Assert.Equal("parked", again.GetProperty("status").GetString());
        Assert.Equal(HttpStatusCode.NotFound, (await _simulators.Http.GetAsync("/charges/k")).StatusCode);
    }

    [Theory]
    [InlineData("a/b", "a%2Fb")]
    [InlineData("a%2Fb", "a%252Fb")]
    [InlineData("a b?", "a%20b%3F")]
    public async Task List_InPages_GivesEachPaymentOnceNewestFirst(string accountId, string segment)
    {
        for (var amount = 1; amount <= 5; amount++)
        {
            await _payments.Http.PayAsync($"k{amount}", $$"""{"accountId":"{{accountId}}","amount":{{amount}},"currency":"JPY"}""");
        }

        var amounts = new List<int>();
        string? next = null;
        do
        {
            var page = await _payments.Http.GetFromJsonAsync<JsonElement>($"/accounts/{segment}/payments?limit=2{(next is null ? "" : "&after=" + next)}");
            amounts.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("amount").GetInt32()));
            next = page.GetProperty("next").GetString();
        }
        while (next is not null);

        Assert.Equal([5, 4, 3, 2, 1], amounts);
    }

    [Theory]
    [InlineData("/payments/nope")]
    [InlineData("/payments/pay_00000000000000000000000000000000")]
    public async Task Get_UnknownId_Is404(string path) => Assert.Equal(HttpStatusCode.NotFound, (await _payments.Http.GetAsync(path)).StatusCode);
}
