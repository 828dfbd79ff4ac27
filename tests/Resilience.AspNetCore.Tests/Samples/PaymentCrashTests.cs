using Resilience.TestKit;

namespace Resilience.AspNetCore.Tests.Samples;

/// <summary>Kills the real process at the worst moment.</summary>
public sealed class PaymentCrashTests
{
    [Fact]
    public async Task Kill_BetweenChargeAndSettle_IsCompletedAfterRestartWithoutASecondCharge()
    {
        await using var simulators = await SampleApp.StartSimulatorsAsync();
        await using var payments = await ServiceProcess.StartAsync(
            new ServiceProcessOptions
            {
                Program = ServicePaths.For("PaymentService"),
                Environment = new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    ["Embedded__Path"] = "payments.db",
                    ["Services__payment-gateway"] = simulators.Address,
                    ["Recovery__OlderThan"] = "00:00:01",
                },
            },
            "/health/live");
        using var http = new HttpClient { BaseAddress = payments.BaseAddress };
        await simulators.Http.FaultAsync("""{"hang":true,"when":"after"}""");

        var paying = http.PayAsync("k");
        while (!(await simulators.Http.GetAsync("/charges/k")).IsSuccessStatusCode)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }

        await payments.KillAsync();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => paying);
        await simulators.Http.DeleteAsync("/faults/payment-gateway");
        await payments.RestartAsync();
        await payments.WaitUntilRespondingAsync("/health/live");

        await http.WaitForStatusAsync("/payments/pay_8254c329a92850f6d539dd376f4816ee", "captured");
        Assert.Equal(1, await simulators.Http.ChargeCountAsync("k"));
    }
}
