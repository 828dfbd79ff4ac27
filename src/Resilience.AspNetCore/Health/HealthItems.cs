using System.Collections.Immutable;
using Resilience.AspNetCore.Health.Formats;
using Resilience.DependencyInjection;
using Resilience.Health;
using Resilience.Health.Watchdog;
using Resilience.Internal;
using Resilience.Pipelines;

namespace Resilience.AspNetCore.Health;

/// <summary>Gathers what all formats tell of. Reads snapshots only; thread-safe.</summary>
internal sealed class HealthItems(SettingsMonitor settings, DatabaseRegistry databases, DependencyRegistry dependencies, HealthMonitor monitor, ProcessWatch process)
{
    public ImmutableArray<HealthItem> Read()
    {
        var now = monitor.Clock.Now;
        var checks = monitor.All;
        var items = new Dictionary<string, HealthItem>(StringComparer.Ordinal);
        foreach (var database in databases.All)
        {
            var region = database.WriterRegion;
            items[database.Name] = new HealthItem(database.Name, "database", region is null ? CheckStatus.Unhealthy : CheckStatus.Healthy, region is null ? "no-writer" : null) { Region = region };
        }

        foreach (var dependency in dependencies.All.OrderBy(dependency => dependency.Name, StringComparer.Ordinal))
        {
            items[dependency.Name] = Of(dependency, checks.FirstOrDefault(loop => loop.Name == dependency.Name)?.State, now);
        }

        foreach (var loop in checks.Where(loop => !items.ContainsKey(loop.Name)))
        {
            var state = loop.State;
            items[loop.Name] = new HealthItem(loop.Name, "check", state.StatusAt(now), state.Reason) { Age = now - state.SeenAt, Took = state.Duration };
        }

        items["process"] = OfProcess(process.Current);
        items["configuration"] = settings.RefusedReload.Count == 0
            ? new HealthItem("configuration", "configuration", CheckStatus.Healthy)
            : new HealthItem("configuration", "configuration", CheckStatus.Degraded, "reload-refused");
        return [.. items.Values];
    }

    private static HealthItem Of(Dependency dependency, CheckState? check, TimeSpan now)
    {
        var status = DependencyDetail.StatusOf(dependency, check, now);
        var reason = check?.Reason ?? (dependency.WorstBreaker() is { Restricts: true } breaker ? $"circuit-{EnumName.Of(breaker.State)}" : null);
        return new HealthItem(dependency.Name, "dependency", status, reason) { Age = now - check?.SeenAt, Took = check?.Duration };
    }

    private static HealthItem OfProcess(ProcessHealth health)
    {
        var status = health.Dead.Length + health.Unfit.Length > 0 ? CheckStatus.Unhealthy : health.Impaired.Length > 0 ? CheckStatus.Degraded : CheckStatus.Healthy;
        return new HealthItem("process", "process", status, status == CheckStatus.Healthy ? null : string.Join(", ", [.. health.Dead, .. health.Unfit, .. health.Impaired]));
    }
}
