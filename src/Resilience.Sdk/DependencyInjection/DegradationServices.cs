using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Resilience.Degradation;
using Resilience.Degradation.Alerts;
using Resilience.Degradation.Fallbacks;
using Resilience.Diagnostics;
using Resilience.Health;
using Resilience.Internal;
using Resilience.Pipelines;
using Resilience.Queueing;

namespace Resilience.DependencyInjection;

/// <summary>Puts degradation together.</summary>
internal static class DegradationServices
{
    public static void AddDegradation(this IServiceCollection services, DegradationRegistry registry)
    {
        services.AddSingleton(registry);
        services.AddSingleton(provider => new NamesInCode(
            registry.Catalog, [.. provider.GetServices<DependencyClient>().Select(client => client.Dependency).Distinct(StringComparer.Ordinal)])
        {
            Switchovers = provider.GetRequiredService<DrResilienceBuilder>().Switchovers.Keys,
        });
        services.TryAddSingleton<IStaleStore>(static provider => new MemoryStaleStore(provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(static provider =>
        {
            var settings = provider.GetRequiredService<SettingsMonitor>();
            return new EpisodeClock(new MonotonicClock(provider.GetRequiredService<TimeProvider>()), () => settings.Current.Episodes);
        });
        services.AddSingleton(static provider => new FallbackRunner(
            provider, provider.GetRequiredService<IDependencies>(), provider.GetRequiredService<TimeProvider>(), () => new Random()));
        services.AddSingleton(static provider => new Degrader(
            provider.GetRequiredService<DegradationRegistry>(),
            provider,
            provider.GetRequiredService<FallbackRunner>(),
            provider.GetRequiredService<EpisodeClock>(),
            provider.GetServices<IDegradationListener>(),
            provider.GetRequiredService<TimeProvider>(),
            new Random()));
        services.AddSingleton<IDegradation>(static provider => provider.GetRequiredService<Degrader>());
        services.AddHttpClient(JsonSink.Client).RemoveAllLoggers();
        services.AddSingleton(static provider => new AlertDispatcher(
            AlertSinks.All(
                provider.GetRequiredService<SettingsMonitor>().Current.Alerts,
                provider.GetRequiredService<IHttpClientFactory>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetServices<IAlertSink>()),
            Holders(provider),
            provider.GetRequiredService<TimeProvider>(),
            new Random(),
            provider.GetRequiredService<ILogger<AlertDispatcher>>()));
        services.AddSingleton<DependencyConditions>();
        services.AddSingleton(static provider =>
        {
            var settings = provider.GetRequiredService<SettingsMonitor>();
            return new EpisodeMonitor(
                provider.GetRequiredService<Degrader>(),
                provider.GetRequiredService<DegradationRegistry>(),
                provider,
                () => settings.Current.Degradation,
                provider.GetRequiredService<DependencyConditions>().Of,
                provider.GetRequiredService<AlertDispatcher>(),
                provider.GetRequiredService<ILogger<EpisodeMonitor>>());
        });
        services.AddHostedService<DegradationService>();
        services.AddSingleton<QueueSignals>();
        services.AddSingleton<QueueHost>();
        services.AddHostedService(static provider => provider.GetRequiredService<QueueHost>());
        services.AddSingleton<IQueueAdmin, QueueAdmin>();
        services.AddSingleton(static provider => new QueueGauges(
            provider.GetRequiredService<QueueHost>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<IMeterFactory>().Create(DrResilienceDiagnostics.MeterName)));
    }

    /// <summary>Replicas of a service share its database.</summary>
    private static IAlertHolders Holders(IServiceProvider provider) => provider.GetRequiredService<DatabaseRegistry>().All is [var first, ..]
        ? new PostgresAlertHolders(first, $"{Environment.MachineName}/{Environment.ProcessId}/{Guid.NewGuid():n}")
        : new SoleHolder();
}
