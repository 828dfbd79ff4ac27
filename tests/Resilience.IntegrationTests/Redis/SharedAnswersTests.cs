using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Resilience.Degradation;
using Resilience.Degradation.Fallbacks;
using Resilience.TestKit;

namespace Resilience.IntegrationTests.Redis;

/// <summary>A fallback of a replica that has never had an answer itself.</summary>
public sealed class SharedAnswersTests
{
    [Fact]
    public async Task DependencyIsDown_AnotherReplicaAnswersWhatTheFirstWasTold_AlsoWithoutRedisItself()
    {
        await using var redis = await RedisServer.StartNewAsync();
        using var first = await StartAsync(redis.Endpoint);
        using var second = await StartAsync(redis.Endpoint);

        Assert.Equal(OutcomeKind.Normal, (await AskAsync(first, () => new Rates("EUR", 1.25m))).Kind);
        await Eventually.UntilAsync(async _ => (await AskAsync(second, () => throw new HttpRequestException("down"))).Kind == OutcomeKind.Fallback, () => "it has no answer", default);
        var shared = await AskAsync(second, () => throw new HttpRequestException("down"));
        await redis.KillAsync();
        var own = await AskAsync(first, () => throw new HttpRequestException("down"));
        var none = await AskAsync(second, () => throw new HttpRequestException("down"));

        Assert.Equal((OutcomeKind.Fallback, new Rates("EUR", 1.25m)), (shared.Kind, shared.Value));
        Assert.Equal((OutcomeKind.Fallback, new Rates("EUR", 1.25m)), (own.Kind, own.Value));
        Assert.Equal(OutcomeKind.Failed, none.Kind);
    }

    private static ValueTask<Outcome<Rates>> AskAsync(IHost replica, Func<Rates> answer) =>
        replica.Services.GetRequiredService<IDegradation>().ExecuteAsync<string, Rates>("rates_service", "EUR", (_, _) => new(answer()), default);

    private static async Task<IHost> StartAsync(string redis)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true, ApplicationName = "rates" });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["DrResilience:Dependencies:cache:Redis:Configuration"] = redis,
            ["DrResilience:Dependencies:gateway:Retry:Enabled"] = "false",
            ["DrResilience:Degradation:rates_service:dependency"] = "gateway",
            ["DrResilience:Degradation:rates_service:on_failure:0:action"] = "fallback",
            ["DrResilience:Degradation:rates_service:on_failure:0:use"] = "cached_rates",
        });
        builder.AddDrResilience(dr => dr
            .AddRedis()
            .KeepAnswersInRedis("cache")
            .AddStaleCache<string, Rates>("cached_rates", currency => currency, new FallbackOptions { MaxStaleness = TimeSpan.FromHours(1) }));
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private sealed record Rates(string Currency, decimal Rate);
}
