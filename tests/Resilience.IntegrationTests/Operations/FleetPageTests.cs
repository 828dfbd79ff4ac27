using System.Text;
using Microsoft.Playwright;
using Resilience.IntegrationTests.Payments;
using Resilience.TestKit;

namespace Resilience.IntegrationTests.Operations;

/// <summary>Three replicas of PaymentService, each a process, on the page of one of them.</summary>
[Collection(AloneCollection.Name)]
public sealed class FleetPageTests
{
    private static readonly string Alice = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("alice:right"));

    [BrowserFact]
    public async Task ThreeReplicas_AreOnOnePage_AHoldOfOneCountsInAll_AndSilenceAndALostRedisAreSaid()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var fleet = await PaymentFleet.StartTwoRegionsAsync(
            replicas: 3,
            settings:
            [
                ("Operators__0__Name", "alice"), ("Operators__0__Password", "right"), ("Operators__0__MayDecide", "true"),
                ("DrResilience__Dependencies__cache__Redis__Configuration", redis.Endpoint),
            ]);
        await using var browser = await OperationsBrowser.StartAsync();
        var page = await browser.OpenAsync(fleet.Http.BaseAddress!, "Authorization", Alice);

        await RowsAsync(page, 3, "payments-db: us-east-1, epoch 1, steady");
        Assert.Contains("Decisions count in all replicas; they are shared through cache.", await page.TextContentAsync("#replicas"), StringComparison.Ordinal);
        Assert.Equal(1, await page.Locator("#replicas tbody tr", new PageLocatorOptions { HasText = "(this one)" }).CountAsync());

        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Hold all switches" }).First.ClickAsync();
        Assert.Contains("Writes of all replicas go to no other region", await page.TextContentAsync("#confirm-text"), StringComparison.Ordinal);
        await page.ClickAsync("#confirm-yes");
        await RowsAsync(page, 3, "payments-db: alice");
        Assert.Empty(await OperationsBrowser.ExamineAsync(page, "fleet-held"));

        // Another replica's page releases what was held on this one.
        var other = await browser.OpenAsync(fleet.Replicas[1].BaseAddress, "Authorization", Alice);
        await other.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Release the hold" }).First.ClickAsync();
        await other.ClickAsync("#confirm-yes");
        await RowsAsync(page, 0, "payments-db: alice");
        await other.Context.CloseAsync();

        await fleet.Replicas[2].KillAsync();
        await RowsAsync(page, 1, "silent");
        await redis.KillAsync();
        await OperationsBrowser.UntilAsync(page, "document.querySelector('#replicas').textContent.includes('cache cannot be reached: the last known decisions count')");
        Assert.Empty(await OperationsBrowser.ExamineAsync(page, "fleet-alone"));
        Assert.Empty(browser.Complaints);
    }

    private static Task RowsAsync(IPage page, int count, string text) => OperationsBrowser.UntilAsync(
        page,
        "([count, text]) => document.querySelectorAll('#replicas tbody tr').length === 3 && [...document.querySelectorAll('#replicas tbody tr')].filter(row => row.textContent.includes(text)).length === Number(count)",
        new[] { $"{count}", text });
}
