using System.Net;
using Microsoft.AspNetCore.Http;
using Resilience.Pipelines;
using Resilience.Pipelines.CircuitBreaker;

namespace Resilience.AspNetCore.Tests.Samples;

/// <summary>PaymentService when its gateway is away: how soon it answers, what still reaches the gateway, and what becomes of the payments.</summary>
public sealed class PaymentGatewayTests
{
    private const string Pipeline = "--DrResilience:Dependencies:payment-gateway";

    // The service answers within its total time-out of 2 s; the rest is for a machine that is busy.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2 + 3);

    [Fact]
    public async Task Pay_GatewayHangs_IsQueuedWithinTheTotalTimeout()
    {
        await using var gateway = await StubGateway.StartAsync(HangAsync);
        await using var payments = await StartAsync(gateway);

        var (status, took) = await PayAsync(payments, "k");

        Assert.Equal(HttpStatusCode.Accepted, status);
        Assert.InRange(took, TimeSpan.FromSeconds(1.9), Soon);
    }

    [Fact]
    public async Task Pay_TotalTimeoutConfigured_IsTheOneThatCounts()
    {
        await using var gateway = await StubGateway.StartAsync(HangAsync);
        await using var payments = await StartAsync(gateway, $"{Pipeline}:TotalRequestTimeout:Timeout=00:00:00.3", $"{Pipeline}:AttemptTimeout:Timeout=00:00:00.2");

        var (status, took) = await PayAsync(payments, "k");

        Assert.Equal(HttpStatusCode.Accepted, status);
        Assert.InRange(took, TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(1.8));
    }

    [Fact]
    public async Task Pay_AnswersBodyHangs_IsQueuedAllTheSame()
    {
        await using var gateway = await StubGateway.StartAsync(async (context, gone) =>
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync("""{"id":"ch""", gone);
            await context.Response.Body.FlushAsync(gone);
            await HangAsync(context, gone);
        });
        await using var payments = await StartAsync(gateway);

        var (status, took) = await PayAsync(payments, "k");

        Assert.Equal(HttpStatusCode.Accepted, status);
        Assert.InRange(took, TimeSpan.Zero, Soon);
    }

    [Fact]
    public async Task Pay_AnswersBodyNeverEnds_IsQueued()
    {
        await using var gateway = await StubGateway.StartAsync(async (context, gone) =>
        {
            var filler = new string('x', 1024);
            while (!gone.IsCancellationRequested)
            {
                await context.Response.WriteAsync(filler, gone);
            }
        });
        await using var payments = await StartAsync(gateway);

        Assert.Equal(HttpStatusCode.Accepted, (await PayAsync(payments, "k")).Status);
    }

    [Fact]
    public async Task Pay_CircuitOpen_IsQueuedAtOnceAndNothingReachesTheGateway()
    {
        await using var gateway = await StubGateway.StartAsync((context, _) =>
        {
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        });
        await using var payments = await StartAsync(gateway, $"{Pipeline}:CircuitBreaker:BreakDuration=00:05:00", $"{Pipeline}:CircuitBreaker:MaxBreakDuration=00:05:00");
        var circuit = payments.Service<IDependencies>()["payment-gateway"];
        for (var i = 0; i < 10 && circuit.Circuit != CircuitBreakerState.Open; i++)
        {
            Assert.Equal(HttpStatusCode.Accepted, (await PayAsync(payments, $"before-{i}")).Status);
        }

        Assert.Equal((5, CircuitBreakerState.Open), (gateway.Requests, circuit.Circuit));
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => PayAsync(payments, $"after-{i}")));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Accepted, answer.Status));
        Assert.True(answers.Min(answer => answer.Took) < TimeSpan.FromSeconds(0.5), $"the quickest took {answers.Min(answer => answer.Took)}");
        Assert.Equal(5, gateway.Requests);
    }

    [Fact]
    public async Task Pay_BulkheadFull_IsQueued()
    {
        await using var gateway = await StubGateway.StartAsync(HangAsync);
        await using var payments = await StartAsync(gateway, $"{Pipeline}:Bulkhead:PermitLimit=1", $"{Pipeline}:Bulkhead:QueueLimit=0");

        var answers = await Task.WhenAll(PayAsync(payments, "a"), PayAsync(payments, "b"));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Accepted, answer.Status));
        Assert.Equal(1, gateway.Requests);
    }

    /// <summary>The charges are made, but their answers are lost until the circuit opens: repeats and trials must not charge again.</summary>
    [Fact]
    public async Task Heal_AfterTheCircuitOpened_EveryPaymentIsCapturedByOneCharge()
    {
        const int count = 12;
        await using var simulators = await SampleApp.StartSimulatorsAsync();
        await using var payments = await SampleApp.StartPaymentsAsync(
            $"--Services:payment-gateway={simulators.Address}",
            $"{Pipeline}:CircuitBreaker:BreakDuration=00:00:01",
            $"{Pipeline}:CircuitBreaker:MaxBreakDuration=00:00:01",
            "--DrResilience:Episodes:Dwell=00:00:01",
            "--DrResilience:Episodes:Ramp=00:00:01",
            "--Recovery:OlderThan=00:00:00.5",
            "--Recovery:Interval=00:00:00.1");
        await simulators.Http.FaultAsync("""{"failureRate":1,"when":"after"}""");
        var locations = new List<string>();
        for (var i = 0; i < count; i++)
        {
            using var response = await payments.Http.PayAsync($"k{i}");
            Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
            locations.Add(response.Headers.Location!.ToString());
        }

        Assert.NotEqual(CircuitBreakerState.Closed, payments.Service<IDependencies>()["payment-gateway"].Circuit);
        await simulators.Http.DeleteAsync("/faults/payment-gateway");

        foreach (var location in locations)
        {
            await payments.Http.WaitForStatusAsync(location, "captured");
        }

        for (var i = 0; i < count; i++)
        {
            Assert.Equal(1, await simulators.Http.ChargeCountAsync($"k{i}"));
        }
    }

    private static Task HangAsync(HttpContext context, CancellationToken gone) =>
        Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, gone);

    /// <summary>The worker stays out of it.</summary>
    private static Task<SampleApp> StartAsync(StubGateway gateway, params string[] settings) =>
        SampleApp.StartPaymentsAsync([$"--Services:payment-gateway={gateway.Address}", "--Recovery:OlderThan=01:00:00", "--Rates:RefreshInterval=00:00:00", .. settings]);

    private static async Task<(HttpStatusCode Status, TimeSpan Took)> PayAsync(SampleApp payments, string key)
    {
        var began = TimeProvider.System.GetTimestamp();
        using var response = await payments.Http.PayAsync(key);
        return (response.StatusCode, TimeProvider.System.GetElapsedTime(began));
    }
}
