using System.Collections.Immutable;
using Resilience.DependencyInjection;
using Resilience.Health;
using Resilience.Health.Watchdog;
using Resilience.Pipelines;

namespace Resilience.AspNetCore.Health;

/// <summary>Gathers what readiness depends on. Reads snapshots only. One thread at a time.</summary>
internal sealed class HealthInputs(
    SettingsMonitor settings,
    DatabaseRegistry databases,
    DependencyRegistry dependencies,
    HealthMonitor monitor,
    ProcessWatch process,
    FleetWatch fleet,
    DrainState drain)
{
    private readonly Dictionary<string, (bool Seen, Lasting Down)> _databases = new(StringComparer.Ordinal);
    private readonly double _holdOffShare = new Random().NextDouble();

    public ReadinessInput Read()
    {
        var current = settings.Current;
        var condition = process.Current;
        var now = monitor.Clock.Now;
        return new ReadinessInput
        {
            Subjects = [.. Databases(current, now), .. Checks(current, now), .. Circuits(current)],
            UnfitFor = [.. condition.Dead, .. condition.Unfit],
            Impaired = settings.RefusedReload.Count == 0 ? condition.Impaired : condition.Impaired.Add("configuration-refused"),
            FleetIsShort = fleet.IsShort,
            IsDraining = drain.IsDraining,
            HoldOffShare = _holdOffShare,
        };
    }

    private IEnumerable<HealthSubject> Databases(DrResilienceSettings current, TimeSpan now)
    {
        foreach (var database in databases.All)
        {
            var isDown = database.WriterRegion is null;
            var (seen, down) = _databases.GetValueOrDefault(database.Name);
            var downFor = down.For(isDown, now);
            seen |= !isDown;
            _databases[database.Name] = (seen, down);
            yield return new HealthSubject(database.Name, isDown ? CheckStatus.Unhealthy : CheckStatus.Healthy, seen, downFor, current.Probe(database.Name));
        }
    }

    private ImmutableArray<HealthSubject> Checks(DrResilienceSettings current, TimeSpan now) =>
    [
        .. monitor.All.Select(loop => (loop.Name, loop.State)).Select(check => new HealthSubject(
            check.Name,
            check.State.StatusAt(now),
            check.State.WasHealthy,
            check.State.Status == CheckStatus.Unhealthy ? now - check.State.FailingSince : null,
            current.Health.Checks.GetValueOrDefault(check.Name) ?? current.Probe(check.Name))),
    ];

    /// <summary>A circuit that holds calls back is worth a word, but nobody waits for it: it closes by being called.</summary>
    private IEnumerable<HealthSubject> Circuits(DrResilienceSettings current) =>
        dependencies.All.Where(dependency => dependency.WorstBreaker().Restricts).Select(dependency => new HealthSubject(
            dependency.Name, CheckStatus.Degraded, WasHealthy: true, DownFor: null, current.Probe(dependency.Name), IsAwaited: false));
}
