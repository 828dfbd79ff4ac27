using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Resilience.AspNetCore.Tests.Samples;

public sealed class SimulatorTests : IAsyncLifetime
{
    private SampleApp _app = null!;

    public async Task InitializeAsync() => _app = await SampleApp.StartSimulatorsAsync();

    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task Charge_FiftyAtOnceWithOneKey_TakesTheMoneyOnce()
    {
        var responses = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => _app.Http.ChargeAsync("k")));

        Assert.All(responses, response => Assert.Equal(HttpStatusCode.Created, response.StatusCode));
        Assert.Equal("""{"key":"k","count":1,"status":"captured"}""", await _app.Http.GetStringAsync("/charges/k"));
        Assert.Equal("""{"charges":1,"distinctKeys":1,"duplicates":0}""", await _app.Http.GetStringAsync("/charges/summary"));
    }

    [Fact]
    public async Task Charge_NotIdempotent_ShowsDuplicates()
    {
        await using var app = await SampleApp.StartSimulatorsAsync("--Gateway:Idempotent=false");
        for (var i = 0; i < 3; i++)
        {
            await app.Http.ChargeAsync("k");
        }

        Assert.Equal(3, await app.Http.ChargeCountAsync("k"));
        Assert.Equal("""{"charges":3,"distinctKeys":1,"duplicates":2}""", await app.Http.GetStringAsync("/charges/summary"));
    }

    [Fact]
    public async Task Charge_SameKeyOtherBody_Is422AndDeclinedIs402()
    {
        await _app.Http.ChargeAsync("k");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await _app.Http.ChargeAsync("k", """{"accountId":"a2","amount":1,"currency":"EUR"}""")).StatusCode);
        Assert.Equal(HttpStatusCode.PaymentRequired, (await _app.Http.ChargeAsync("d", """{"accountId":"declined","amount":1,"currency":"EUR"}""")).StatusCode);
        Assert.Equal(0, await _app.Http.ChargeCountAsync("d"));
    }

    [Theory]
    [InlineData("before", HttpStatusCode.NotFound)]
    [InlineData("after", HttpStatusCode.OK)]
    public async Task Fault_BeforeOrAfterTheCharge_DecidesWhetherMoneyWasTaken(string when, HttpStatusCode audit)
    {
        await _app.Http.FaultAsync($$"""{"status":500,"when":"{{when}}"}""");

        Assert.Equal(HttpStatusCode.InternalServerError, (await _app.Http.ChargeAsync("k")).StatusCode);
        Assert.Equal(audit, (await _app.Http.GetAsync("/charges/k")).StatusCode);
    }

    [Fact]
    public async Task Fault_Down_AbortsTheConnectionUntilHealed()
    {
        await _app.Http.FaultAsync("""{"down":true}""");
        await Assert.ThrowsAsync<HttpRequestException>(() => _app.Http.ChargeAsync("k"));

        await _app.Http.DeleteAsync("/faults/payment-gateway");

        Assert.Equal(HttpStatusCode.Created, (await _app.Http.ChargeAsync("k")).StatusCode);
    }

    [Fact]
    public async Task Fault_Hang_AnswersWhenHealed()
    {
        await _app.Http.FaultAsync("""{"hang":true}""");
        var charging = _app.Http.ChargeAsync("k");
        await Task.WhenAny(charging, Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System));
        Assert.False(charging.IsCompleted);

        await _app.Http.DeleteAsync("/faults/payment-gateway");

        Assert.Equal(HttpStatusCode.Created, (await charging).StatusCode);
    }

    [Fact]
    public async Task Fault_FailureRate_IsTheSameSequenceForTheSameSeed()
    {
        async Task<string> RunAsync()
        {
            await using var app = await SampleApp.StartSimulatorsAsync("--Faults:Seed=7");
            await app.Http.FaultAsync("""{"failureRate":0.5}""");
            var statuses = new StringBuilder();
            for (var i = 0; i < 30; i++)
            {
                statuses.Append((await app.Http.ChargeAsync($"k{i}")).IsSuccessStatusCode ? '+' : '-');
            }

            return statuses.ToString();
        }

        var first = await RunAsync();
        Assert.Contains('+', first);
        Assert.Contains('-', first);
        Assert.Equal(first, await RunAsync());
    }

    [Theory]
    [InlineData("nope", "{}", "service")]
    [InlineData("ml-service", """{"latencyMs":-1}""", "latencyMs")]
    [InlineData("ml-service", """{"jitterMs":1e400}""", "jitterMs")]
    [InlineData("ml-service", """{"failureRate":1.1}""", "failureRate")]
    [InlineData("ml-service", """{"status":200}""", "status")]
    [InlineData("ml-service", """{"when":"later"}""", "when")]
    [InlineData("ml-service", """{"latency":1}""", "body")]
    [InlineData("ml-service", "[]", "body")]
    public async Task PutFault_Invalid_Is400(string service, string fault, string field)
    {
        using var content = new StringContent(fault);
        using var response = await _app.Http.PutAsync($"/faults/{service}", content);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.True((await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors").TryGetProperty(field, out _));
    }

    [Fact]
    public async Task Fault_OfOneService_LeavesTheOthersAlone()
    {
        await _app.Http.FaultAsync("""{"status":503}""");

        Assert.Equal(HttpStatusCode.OK, (await _app.Http.GetAsync("/recommendations?accountId=a1")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await _app.Http.GetAsync("/search?q=coffee")).StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await _app.Http.GetAsync("/health/payment-gateway")).StatusCode);
    }
}
