using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Resilience.IntegrationTests.Payments;
using Resilience.TestKit;

namespace Resilience.IntegrationTests.Degradation;

/// <summary>The rules of a running service change in the middle of an episode, by a mounted ConfigMap as the kubelet swaps it.</summary>
public sealed class ReloadTests
{
    [Fact]
    public async Task Rules_Typo_CutOff_AndAnActionRemoved_InTheMiddleOfAnEpisode()
    {
        var mount = new ConfigMapMount("degradation.yaml");
        var rules = await File.ReadAllTextAsync(Path.Combine(ServicePaths.RepositoryRoot, "samples", "PaymentService", "degradation.yaml"));
        mount.Swap(rules);
        var server = await PostgresServer.StartPrimaryAsync(new PostgresServerOptions { Region = "us-east-1" });
        await using var fleet = await PaymentFleet.StartAsync([server], server, 1, null, ("DegradationFile", mount.File));
        await fleet.GatewayDownAsync();
        await PromisesAsync(fleet, "first");
        await CheckoutIsAsync(fleet, instant: false);

        mount.Swap(rules.Replace("queue_for_retry", "queue_for_retri", StringComparison.Ordinal));
        var refused = await ConfigurationIsAsync(fleet, "last-good");
        Assert.Contains("queue_for_retry", refused, StringComparison.Ordinal);
        await PromisesAsync(fleet, "typo");

        mount.Swap(rules[..(rules.Length / 2)] + "\n  - [");
        await PromisesAsync(fleet, "cut-off");
        await ConfigurationIsAsync(fleet, "last-good");
        await CheckoutIsAsync(fleet, instant: false);

        mount.Swap(rules.Replace("      - action: disable_feature\n        feature: instant-checkout\n", "", StringComparison.Ordinal));
        await ConfigurationIsAsync(fleet, "current");
        await CheckoutIsAsync(fleet, instant: true);
        await PromisesAsync(fleet, "removed");

        await fleet.HealAsync();
        await fleet.EachAcknowledgedIsChargedOnceAsync(server);
        mount.Delete();
    }

    private static Task PromisesAsync(PaymentFleet fleet, string key) => Eventually.UntilAsync(
        async _ => (await fleet.PayAsync(key)).Status == HttpStatusCode.Accepted, () => $"{key}: nothing is promised", default);

    private static Task CheckoutIsAsync(PaymentFleet fleet, bool instant) => Eventually.UntilAsync(
        async ct => (bool)(await fleet.Http.GetFromJsonAsync<JsonNode>("checkout", ct))!["instantCheckout"]! == instant, () => $"instant checkout is not {instant}", default);

    private static async Task<string> ConfigurationIsAsync(PaymentFleet fleet, string status)
    {
        JsonNode? configuration = null;
        await Eventually.UntilAsync(
            async ct =>
            {
                using var answer = await fleet.Http.GetAsync("health", ct);
                configuration = (await answer.Content.ReadFromJsonAsync<JsonNode>(ct))!["configuration"];
                return (string?)configuration?["status"] == status;
            },
            () => $"the configuration is {configuration}",
            default);
        return configuration!.ToJsonString();
    }
}
