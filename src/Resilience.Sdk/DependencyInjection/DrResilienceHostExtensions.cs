using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Resilience.DependencyInjection;
using Resilience.Degradation;
using Resilience.Diagnostics;
using Resilience.Health;
using Resilience.Health.Watchdog;
using Resilience.Pipelines;
using Resilience.Pipelines.Http;
using Resilience.Pipelines.Inbound;
using Resilience.Postgres;

namespace Microsoft.Extensions.Hosting;

/// <summary>Adds the resilience SDK to an application.</summary>
public static class DrResilienceHostExtensions
{
    /// <summary>
    /// Adds everything that the <c>DrResilience</c> section configures. Each database under
    /// <c>DrResilience:Dependencies:{name}:Postgres</c> can be injected as
    /// <c>[FromKeyedServices("name")] RegionalDataSource</c>, and without a name when it is the only one.
    /// </summary>
    /// <param name="builder">The application being built.</param>
    /// <param name="configure">Adds what configuration cannot hold.</param>
    /// <returns>The same application builder.</returns>
    /// <remarks>
    /// The section is checked when the host starts: <see cref="DrResilienceConfigurationException"/> lists all errors at
    /// once. Later changes of the configuration are applied while running; a change with errors is refused and logged.
    /// Injecting a name that is not configured throws <see cref="InvalidOperationException"/> with the names that are.
    /// Calling it twice adds up the <paramref name="configure"/> actions.
    /// </remarks>
    public static IHostApplicationBuilder AddDrResilience(this IHostApplicationBuilder builder, Action<DrResilienceBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        if (services.FirstOrDefault(service => service.ServiceType == typeof(DrResilienceBuilder))?.ImplementationInstance is not DrResilienceBuilder resilience)
        {
            resilience = new DrResilienceBuilder(services);
            services.AddSingleton(resilience);
            services.TryAddSingleton(TimeProvider.System);
            services.AddSingleton<SettingsMonitor>();
            services.AddSingleton<DatabaseRegistry>();
            services.AddKeyedSingleton<RegionalDataSource>(
                KeyedService.AnyKey, static (provider, key) => provider.GetRequiredService<DatabaseRegistry>().Get((string)key!));
            services.AddSingleton(static provider => provider.GetRequiredService<DatabaseRegistry>().Single());
            services.AddSingleton(static provider => CreateDependencies(
                provider.GetRequiredService<SettingsMonitor>(), provider.GetRequiredService<DrResilienceBuilder>().Handled, provider.GetRequiredService<TimeProvider>()));
            services.AddSingleton<IDependencies>(static provider => provider.GetRequiredService<DependencyRegistry>());
            services.AddMetrics();
            services.AddSingleton(static provider => new DependencyGauges(provider.GetRequiredService<DependencyRegistry>(), CreateMeter(provider)));
            services.AddSingleton(static provider => new RegionGauges(provider.GetRequiredService<DatabaseRegistry>(), CreateMeter(provider)));
            services.AddSingleton(static provider => new HostGauges(
                provider.GetRequiredService<EpisodeMonitor>(),
                provider.GetRequiredService<FleetService>(),
                provider.GetRequiredService<SettingsMonitor>(),
                provider.GetRequiredService<DatabaseRegistry>(),
                CreateMeter(provider)));
            services.AddSingleton(CreateInboundGate);
            services.AddHealthChecks();
            services.AddSingleton<IPostConfigureOptions<HealthCheckServiceOptions>, HealthCheckRegistrations>();
            services.AddSingleton(static provider =>
            {
                var settings = provider.GetRequiredService<SettingsMonitor>();
                return new HostRouter(provider.GetRequiredService<DependencyRegistry>(), () => settings.Current.Hosts);
            });
            services.AddHttpClient();
            services.AddSingleton<DrainState>();
            services.AddSingleton<Heartbeats>();
            services.AddSingleton<IHeartbeats>(static provider => provider.GetRequiredService<Heartbeats>());
            services.AddSingleton(static provider => new HealthMonitor(
                provider.GetRequiredService<TimeProvider>(), () => new Random(), provider.GetRequiredService<ILogger<HealthMonitor>>()));
            services.AddHostedService<DrResilienceStarter>();
            services.AddHostedService<OperationJournal>();
            services.AddHostedService<HealthService>();
            services.AddDegradation(resilience.Degradation);
            services.AddSingleton<FleetService>();
            services.AddHostedService(static provider => provider.GetRequiredService<FleetService>());
        }

        configure?.Invoke(resilience);
        return builder;
    }

    private static DependencyRegistry CreateDependencies(SettingsMonitor settings, Dictionary<string, Func<Exception, bool>> handled, TimeProvider time)
    {
        if (handled.Keys.FirstOrDefault(name => settings.Current.FindDatabase(name) is not null) is { } database)
        {
            throw new InvalidOperationException($"{nameof(DrResilienceBuilder.ShouldHandle)} names '{database}', which is a database: what its failures are is not for the application to say.");
        }

        var dependencies = new DependencyRegistry(
            name => settings.Current.FindDatabase(name) is null
                ? (settings.Current.Calls.GetValueOrDefault(name) ?? settings.Current.Defaults) with { ShouldHandle = handled.GetValueOrDefault(name) }
                : throw new InvalidOperationException($"'{name}' is a database. Inject it as [FromKeyedServices(\"{name}\")] RegionalDataSource."),
            time,
            () => new Random());
        AddConfigured(dependencies, settings.Current);
        settings.Changed += current =>
        {
            AddConfigured(dependencies, current);
            dependencies.Apply();
        };
        return dependencies;
    }

    // Gauges and health show what is configured, not only what was called already.
    private static void AddConfigured(DependencyRegistry dependencies, DrResilienceSettings settings)
    {
        foreach (var name in settings.Calls.Keys)
        {
            dependencies.Get(name);
        }
    }

    private static InboundGate CreateInboundGate(IServiceProvider provider)
    {
        var settings = provider.GetRequiredService<SettingsMonitor>();
        var gate = new InboundGate(settings.Current.Inbound, provider.GetRequiredService<TimeProvider>(), CreateMeter(provider));
        settings.Changed += current => gate.Apply(current.Inbound);
        return gate;
    }

    // The factory's meters end with the host.
    private static Meter CreateMeter(IServiceProvider provider) =>
        provider.GetRequiredService<IMeterFactory>().Create(DrResilienceDiagnostics.MeterName);
}
