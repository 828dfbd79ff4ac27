using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Resilience.Health;
using Resilience.Pipelines;

namespace Resilience.DependencyInjection;

/// <summary>Adds a health check for every configured dependency, after the application's own.</summary>
/// <remarks>
/// The framework refuses two checks of one name and reads the list without a lock. So a name that the application has
/// taken becomes <c>dr:name</c> here, and what a reload adds is checked from the next start.
/// </remarks>
internal sealed class HealthCheckRegistrations(SettingsMonitor settings) : IPostConfigureOptions<HealthCheckServiceOptions>
{
    public const string Tag = "dr";

    public void PostConfigure(string? name, HealthCheckServiceOptions options)
    {
        var taken = options.Registrations.Select(registration => registration.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var current = settings.Current;
        foreach (var (database, _) in current.Databases)
        {
            Add(options, taken, database, services => new DatabaseHealthCheck(services.GetRequiredService<DatabaseRegistry>().Get(database)));
        }

        foreach (var dependency in current.Calls.Keys.Order(StringComparer.Ordinal))
        {
            Add(options, taken, dependency, services => new DependencyHealthCheck(services.GetRequiredService<DependencyRegistry>().Get(dependency)));
        }
    }

    private static void Add(HealthCheckServiceOptions options, HashSet<string> taken, string dependency, Func<IServiceProvider, IHealthCheck> create)
    {
        var name = taken.Add(dependency) ? dependency : $"{Tag}:{dependency}";
        if (name == dependency || taken.Add(name))
        {
            options.Registrations.Add(new HealthCheckRegistration(name, create, HealthStatus.Degraded, [Tag]));
        }
    }
}
