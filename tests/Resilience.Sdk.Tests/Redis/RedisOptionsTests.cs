using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Resilience.DependencyInjection;
using Resilience.Redis.Connections;
using Resilience.Redis.Fallbacks;

namespace Resilience.Sdk.Tests.Redis;

public sealed class RedisOptionsTests
{
    private const string Cache = "DrResilience:Dependencies:cache";

    [Fact]
    public void Read_Configuration_IsADependencyWithAPipelineAndAProbe()
    {
        var settings = Read([($"{Cache}:Redis:Configuration", "redis.example:6380,password=s3cret"), ($"{Cache}:Retry:MaxRetryAttempts", "1"), ($"{Cache}:Probe:Interval", "00:00:02")]);

        Assert.Equal("redis.example:6380,password=s3cret", Assert.IsType<RedisOptions>(settings.OfKind["cache"].Options).Configuration);
        Assert.Equal((1, TimeSpan.FromSeconds(2)), (settings.Calls["cache"].Retry.MaxRetryAttempts, settings.Probe("cache").Interval));
    }

    [Theory]
    [InlineData("Redis:Configuration", "password=s3cret", "is no configuration of StackExchange.Redis")]
    [InlineData("Redis:Configuration", "redis.example,conectTimeout=s3cret", "is no configuration of StackExchange.Redis")]
    [InlineData("Redis:Configuration", "redis.example,connectTimeout=s3cret", "is no configuration of StackExchange.Redis")]
    [InlineData("Redis:Configuration", "", "is missing")]
    [InlineData("Redis:Config", "s3cret", "is not a known key")]
    [InlineData("Redis", "s3cret", "a section with keys is expected")]
    public void Read_Wrong_SaysSoAndRepeatsNothing(string key, string value, string says)
    {
        var exception = Assert.Throws<DrResilienceConfigurationException>(() => Read([($"{Cache}:{key}", value)]));

        Assert.Contains(says, exception.Message, StringComparison.Ordinal);
        Assert.Contains($"{Cache}:Redis", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_TwoKindsUnderOneName_SaysSo()
    {
        var exception = Assert.Throws<DrResilienceConfigurationException>(() => Read(
        [
            ($"{Cache}:Redis:Configuration", "localhost"), ($"{Cache}:Postgres:Regions:0:Name", "east"), ($"{Cache}:Postgres:Regions:0:ConnectionString", "Host=east;Database=app"),
        ]));

        Assert.Contains("is Postgres and Redis at once", Assert.Single(exception.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OwnMultiplexerAndConfiguration_SaysSo()
    {
        var exception = Assert.Throws<DrResilienceConfigurationException>(() => Read(
            [($"{Cache}:Redis:Configuration", "localhost")], dr => dr.AddRedis("cache", _ => throw new InvalidOperationException())));

        Assert.Contains("brings its own multiplexer", Assert.Single(exception.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void AddRedis_OneNameTwice_Throws() => Assert.Throws<ArgumentException>(() => Read([], dr => dr
        .AddRedis("cache", _ => throw new InvalidOperationException())
        .AddRedis("cache", _ => throw new InvalidOperationException())));

    [Fact]
    public void Configuration_WhatIsLeftOpen_IsSetForAServerThatMayBeGone()
    {
        Assert.True(RedisConfiguration.TryRead("localhost,abortConnect=true", out var open));
        Assert.True(RedisConfiguration.TryRead("localhost,connectTimeout=700,keepAlive=33,connectRetry=4", out var given));

        Assert.Equal((false, 2000, 10, 1), (open.AbortOnConnectFail, open.ConnectTimeout, open.KeepAlive, open.ConnectRetry));
        Assert.Equal((false, 700, 33, 4), (given.AbortOnConnectFail, given.ConnectTimeout, given.KeepAlive, given.ConnectRetry));
    }

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(1, 0, 1)]
    [InlineData(1, 1, 11)]
    public void KeepAnswersInRedis_OutOfRange_Throws(int expirySeconds, int bytes, int timeoutSeconds) =>
        Assert.Throws<ArgumentException>(() => Read([], dr => dr.KeepAnswersInRedis(
            "cache", new RedisStaleStoreOptions { Expiry = TimeSpan.FromSeconds(expirySeconds), MaxValueBytes = bytes, Timeout = TimeSpan.FromSeconds(timeoutSeconds) })));

    [Fact]
    public async Task KeepAnswersInRedis_NameIsNotConfigured_StopsTheStart()
    {
        using var host = Build([($"{Cache}:Redis:Configuration", "127.0.0.1:1")], dr => dr.KeepAnswersInRedis("cash"));

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync());

        Assert.Contains("Did you mean 'cache'?", exception.Message, StringComparison.Ordinal);
    }

    private static DrResilienceSettings Read((string Key, string Value)[] values, Action<DrResilienceBuilder>? configure = null)
    {
        using var host = Build(values, configure ?? (dr => dr.AddRedis()));
        return host.Services.GetRequiredService<SettingsMonitor>().Current;
    }

    private static IHost Build((string Key, string Value)[] values, Action<DrResilienceBuilder> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(values.Select(value => KeyValuePair.Create(value.Key, (string?)value.Value)));
        builder.AddDrResilience(configure);
        return builder.Build();
    }
}
