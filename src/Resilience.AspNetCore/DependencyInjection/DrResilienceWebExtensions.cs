using System.Net;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Resilience.AspNetCore.Degradation;
using Resilience.AspNetCore.Drain;
using Resilience.AspNetCore.Health;
using Resilience.AspNetCore.Management;
using Resilience.AspNetCore.Operations;
using Resilience.AspNetCore.Operations.Changes;
using Resilience.AspNetCore.Operations.Live;
using Resilience.Degradation;
using Resilience.DependencyInjection;
using Resilience.Health.Watchdog;
using Resilience.Internal;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Adds the resilience SDK to a web application.</summary>
public static class DrResilienceWebExtensions
{
    /// <summary>
    /// Adds everything that the <c>DrResilience</c> section configures, as
    /// <see cref="DrResilienceHostExtensions.AddDrResilience(IHostApplicationBuilder, Action{DrResilienceBuilder}?)"/> does,
    /// and what a web application needs besides: the watchdog, the management listener and draining at SIGTERM.
    /// </summary>
    /// <param name="builder">The application being built.</param>
    /// <param name="configure">Adds what configuration cannot hold.</param>
    /// <returns>The same application builder.</returns>
    public static WebApplicationBuilder AddDrResilience(this WebApplicationBuilder builder, Action<DrResilienceBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ((IHostApplicationBuilder)builder).AddDrResilience(configure);
        var services = builder.Services;
        if (services.Any(service => service.ServiceType == typeof(ProbeBoard)))
        {
            return builder;
        }

        services.AddSingleton(static provider =>
        {
            var settings = provider.GetRequiredService<SettingsMonitor>();
            return new DegradedHeader(() => settings.Current.Degradation);
        });
        services.AddSingleton<IDegradationListener>(static provider => provider.GetRequiredService<DegradedHeader>());
        services.AddSingleton<ListenerWatch>();
        services.AddSingleton(static provider =>
        {
            var settings = provider.GetRequiredService<SettingsMonitor>();
            return new ProcessWatch(
                new WakingClock(new MonotonicClock(provider.GetRequiredService<TimeProvider>()), WatchdogThread.Period),
                new PoolGauge(),
                new MemoryGauge(),
                provider.GetRequiredService<Heartbeats>(),
                provider.GetRequiredService<ListenerWatch>(),
                () => settings.Current.Health.Watchdog);
        });
        services.AddSingleton(static provider =>
        {
            var settings = provider.GetRequiredService<SettingsMonitor>();
            return new FleetWatch(() => settings.Current.Health.Fleet, Dns.GetHostAddressesAsync, provider.GetRequiredService<TimeProvider>());
        });
        services.AddSingleton<HealthInputs>();
        services.AddSingleton<ProbeBoard>();
        services.AddSingleton<HealthItems>();
        services.AddSingleton<ConnectionDrain>();
        services.AddSingleton<IStartupFilter, ProbeStartupFilter>();
        services.AddSingleton<HealthReporter>();
        services.AddSingleton<ManagementPages>();
        services.AddSingleton<ChangeRecord>();
        services.AddSingleton<SwitchConsole>();
        services.AddSingleton<FailoverReport>();
        services.AddSingleton<OperationsState>();
        services.AddSingleton(static provider => ActivatorUtilities.CreateInstance<EventStream>(provider, (Func<ReadOnlyMemory<byte>>)provider.GetRequiredService<OperationsState>().Describe));
        services.AddHostedService<OperationsAccessCheck>();
        services.AddSingleton<HealthHost>();
        services.AddHostedService(static provider => provider.GetRequiredService<HealthHost>());
        services.AddSingleton(static provider =>
        {
            var settings = provider.GetRequiredService<SettingsMonitor>();
            return ActivatorUtilities.CreateInstance<DrainService>(provider, () => settings.Current.Health);
        });
        services.AddHostedService(static provider => provider.GetRequiredService<DrainService>());
        return builder;
    }
}
