using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.FeatureManagement;
using Resilience.Degradation;

namespace Resilience.Sdk.Tests.Degradation;

/// <summary>A feature that an episode disables is off, whatever would switch it on, and nobody remembers it afterwards.</summary>
public sealed class FeatureOverlayTests
{
    private readonly Switch _switch = new();
    private readonly RememberingSession _session = new();

    [Fact]
    public async Task Disabled_IsOff_ThoughAnotherFilterSaysOn()
    {
        await using var services = Make(
            ("feature_management:feature_flags:0:id", "instant-checkout"),
            ("feature_management:feature_flags:0:enabled", "true"),
            ("feature_management:feature_flags:0:conditions:requirement_type", "Any"),
            ("feature_management:feature_flags:0:conditions:client_filters:0:name", "AlwaysOn"));

        Assert.Equal("on on on on", await AllAsync(services));
        _switch.Off.Add("instant-checkout");
        Assert.Equal("off off off off", await AllAsync(services));
        _switch.Off.Clear();
        Assert.Equal("on on on on", await AllAsync(services));
    }

    [Fact]
    public async Task Disabled_IsNotRememberedBySessions()
    {
        await using var services = Make(("feature_management:feature_flags:0:id", "instant-checkout"), ("feature_management:feature_flags:0:enabled", "true"));
        _switch.Off.Add("instant-checkout");
        await AllAsync(services);
        Assert.Empty(_session.Remembered);

        _switch.Off.Clear();
        Assert.Equal("on on on on", await AllAsync(services));
        Assert.True(_session.Remembered["instant-checkout"]);
        _switch.Off.Add("instant-checkout");
        Assert.Equal("off off off off", await AllAsync(services));
    }

    [Fact]
    public async Task Disabled_GivesTheVariantForDisabled()
    {
        await using var services = Make(
            ("feature_management:feature_flags:0:id", "checkout"),
            ("feature_management:feature_flags:0:enabled", "true"),
            ("feature_management:feature_flags:0:variants:0:name", "fast"),
            ("feature_management:feature_flags:0:variants:1:name", "plain"),
            ("feature_management:feature_flags:0:variants:1:configuration_value", "slow and safe"),
            ("feature_management:feature_flags:0:allocation:default_when_enabled", "fast"),
            ("feature_management:feature_flags:0:allocation:default_when_disabled", "plain"));
        var manager = services.GetRequiredService<IVariantFeatureManager>();
        Assert.Equal("fast", (await manager.GetVariantAsync("checkout")).Name);

        _switch.Off.Add("checkout");

        var variant = await manager.GetVariantAsync("checkout");
        Assert.Equal(("plain", "slow and safe"), (variant.Name, variant.Configuration.Value));
        Assert.Null(await manager.GetVariantAsync("unknown"));
    }

    private ServiceProvider Make(params (string Key, string Value)[] settings)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))).Build());
        services.AddSingleton<IDegradation>(_switch);
        services.AddSingleton<ISessionManager>(_session);
        services.AddFeatureManagement().AddFeatureFilter<AlwaysOnFilter>().AddDrDegradation().AddDrDegradation();
        return services.BuildServiceProvider();
    }

    private static async Task<string> AllAsync(ServiceProvider services)
    {
        await using var scope = services.CreateAsyncScope();
        var of = scope.ServiceProvider;
        bool[] all =
        [
            await of.GetRequiredService<IFeatureManager>().IsEnabledAsync("instant-checkout"),
            await of.GetRequiredService<IFeatureManagerSnapshot>().IsEnabledAsync("instant-checkout"),
            await of.GetRequiredService<IVariantFeatureManager>().IsEnabledAsync("instant-checkout"),
            await of.GetRequiredService<IVariantFeatureManagerSnapshot>().IsEnabledAsync("instant-checkout", "context"),
        ];
        return string.Join(' ', all.Select(on => on ? "on" : "off"));
    }

    [FilterAlias("AlwaysOn")]
    private sealed class AlwaysOnFilter : IFeatureFilter
    {
        public Task<bool> EvaluateAsync(FeatureFilterEvaluationContext context) => Task.FromResult(true);
    }

    private sealed class RememberingSession : ISessionManager
    {
        public Dictionary<string, bool> Remembered { get; } = new(StringComparer.Ordinal);

        public Task SetAsync(string featureName, bool enabled)
        {
            Remembered[featureName] = enabled;
            return Task.CompletedTask;
        }

        public Task<bool?> GetAsync(string featureName) => Task.FromResult(Remembered.TryGetValue(featureName, out var enabled) ? enabled : (bool?)null);
    }

    private sealed class Switch : IDegradation
    {
        public HashSet<string> Off { get; } = new(StringComparer.OrdinalIgnoreCase);

        public string PersonalizationLevel => "full";

        public bool IsDisabled(string feature) => Off.Contains(feature);

        public ValueTask<Outcome<TResult>> ExecuteAsync<TRequest, TResult>(
            string service, TRequest request, Func<TRequest, CancellationToken, ValueTask<TResult>> primary, CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }
}
