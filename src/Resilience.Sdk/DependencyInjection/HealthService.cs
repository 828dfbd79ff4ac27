using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Resilience.Health;
using Resilience.Pipelines;

namespace Resilience.DependencyInjection;

/// <summary>Decides what is looked at and how: HTTP dependencies with a probe path, those whose kind another package knows, checks that others offer, and the application's own health checks.</summary>
internal sealed partial class HealthService(
    SettingsMonitor settings,
    HealthMonitor monitor,
    DependencyRegistry dependencies,
    IHttpClientFactory clients,
    IEnumerable<DependencyClient> named,
    IEnumerable<ICheck> offered,
    IServiceScopeFactory scopes,
    IOptions<HealthCheckServiceOptions> registrations,
    ILogger<HealthService> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        settings.Changed += Apply;
        Apply(settings.Current);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        settings.Changed -= Apply;
        await monitor.DisposeAsync();
    }

    private void Apply(DrResilienceSettings current) => monitor.Apply(
    [
        .. Probed(current),
        .. current.OfKind.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => (one.Value.Kind.CheckOf(one.Key), current.Probe(one.Key).Rules)),
        .. offered.Select(check => (check, current.Probe(check.Name).Rules)),
        .. registrations.Value.Registrations
            .Where(registration => !registration.Tags.Contains(HealthCheckRegistrations.Tag))
            .Select(registration => ((ICheck)new RegisteredCheck(registration, scopes), OptionsOf(current, registration.Name).Rules)),
    ]);

    private static ProbeOptions OptionsOf(DrResilienceSettings current, string check) => current.Health.Checks.GetValueOrDefault(check, current.DefaultProbe);

    private IEnumerable<(ICheck Check, CheckRules Rules)> Probed(DrResilienceSettings current)
    {
        foreach (var name in current.Calls.Keys.Order(StringComparer.Ordinal))
        {
            var probe = current.Probe(name);
            if (probe.Path is not { } path || current.OfKind.ContainsKey(name))
            {
                continue;
            }

            if (named.FirstOrDefault(client => client.Dependency == name) is { } client)
            {
                yield return (new HttpCheck(dependencies.Get(name), clients, client.Client, () => settings.Current.Probe(name).Path ?? path), probe.Rules);
            }
            else
            {
                LogNoClient(logger, name, path);
            }
        }
    }

    [LoggerMessage(1402, LogLevel.Warning, "'{Dependency}' has Probe:Path '{Path}', but no HTTP client is named after it, so its address is not known and nothing is probed. Add AddDrDependency(\"{Dependency}\") to its client")]
    private static partial void LogNoClient(ILogger logger, string dependency, string path);
}
