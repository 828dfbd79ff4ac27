using System.Globalization;
using System.Net;
using Resilience.TestKit;

namespace Resilience.IntegrationTests.Payments;

/// <summary>Outcomes that were asked for are kept in Redis, where they serve when the ledger cannot, and whose loss costs a query.</summary>
public sealed class PaymentCacheTests
{
    /// <summary>What replicas share lies there, too, under keys of its own.</summary>
    private const string Payments = "payments:";

    private const string Configuration = "DrResilience__Dependencies__cache__Redis__Configuration";

    [Fact]
    public async Task Outcome_WasAskedFor_IsFoundWhileNoRegionAnswers()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var fleet = await PaymentFleet.StartTwoRegionsAsync(settings: (Configuration, redis.Endpoint));
        Assert.Equal(HttpStatusCode.Created, (await fleet.PayAsync("asked")).Status);
        Assert.Equal(HttpStatusCode.Created, (await fleet.PayAsync("not-asked")).Status);
        Assert.Equal("captured", await fleet.StatusAsync("asked"));
        Assert.Equal(1, await redis.CountKeysAsync(Payments));
        Assert.Equal(0, await redis.CountKeysAsync("nothing:"));

        await fleet.East.KillAsync();
        await fleet.West.KillAsync();

        Assert.Equal("captured", await fleet.StatusAsync("asked"));
        Assert.Null(await fleet.StatusAsync("not-asked"));
    }

    [Fact]
    public async Task CacheIsKilledOrHangs_TheLedgerAnswers_AndAnEmptyOneIsFilledAgain()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var fleet = await PaymentFleet.StartTwoRegionsAsync(settings: (Configuration, redis.Endpoint));
        foreach (var number in Enumerable.Range(0, 10))
        {
            await fleet.PayAsync(Key(number));
        }

        await redis.HangAsync();
        await AllAreFoundAsync(fleet);
        await redis.ResumeAsync();
        await redis.KillAsync();
        await AllAreFoundAsync(fleet);
        await redis.StartAsync();

        await Eventually.UntilAsync(
            async ct =>
            {
                await AllAreFoundAsync(fleet);
                return await redis.CountKeysAsync(Payments, ct) == 10;
            },
            () => "the cache is not filled again",
            default);
    }

    private static string Key(int number) => string.Create(CultureInfo.InvariantCulture, $"k{number}");

    private static async Task AllAreFoundAsync(PaymentFleet fleet)
    {
        foreach (var number in Enumerable.Range(0, 10))
        {
            Assert.Equal("captured", await fleet.StatusAsync(Key(number)));
        }
    }
}
