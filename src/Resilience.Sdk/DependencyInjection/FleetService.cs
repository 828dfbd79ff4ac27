using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Resilience.Degradation;
using Resilience.Fleet;
using Resilience.Health;
using Resilience.Internal;
using Resilience.Postgres;

namespace Resilience.DependencyInjection;

/// <summary>
/// Joins this process to the other replicas of the service, where the application has said through what; without that it is the only
/// one it knows.
/// </summary>
internal sealed class FleetService(
    DrResilienceBuilder builder,
    IServiceProvider services,
    DatabaseRegistry databases,
    EpisodeMonitor episodes,
    Degrader degrader,
    DrainState drain,
    SettingsMonitor settings,
    TimeProvider time,
    ILogger<FleetService> logger) : IHostedLifecycleService, IAsyncDisposable
{
    private FleetMember? _member;

    /// <summary>This replica's name among all. Hosts of two regions may have one name, several processes one host, and all processes in containers one number.</summary>
    public string Name { get; } = $"{Environment.MachineName}/{Environment.ProcessId}-{Guid.NewGuid().ToString("n")[..4]}";

    /// <summary>Whether decisions can be shared; null where they are not, and before it was tried.</summary>
    public bool? IsReachable => _member?.IsReachable;

    /// <summary>The replicas, this one at least.</summary>
    public FleetState Describe() =>
        _member?.Describe() ?? new FleetState(null, IsReachable: true, [new FleetReplica(Name, IsThis: true, TimeSpan.Zero, Note())]);

    /// <summary>Before any other service starts: one of them may write, and waits for the others to have been heard.</summary>
    /// <exception cref="InvalidOperationException">What the replicas are to share through is not configured.</exception>
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        if (builder.FleetStore?.Invoke(services) is { } store)
        {
            var member = _member = new FleetMember(Name, store, () => databases.Existing, Note, new MonotonicClock(time), logger);
            databases.OnEach(database =>
            {
                ((ISharedDatabase)database).Hold.ShareBy(member.ShareAsync);
                member.Wake();
            });
            member.Start();
        }

        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken) => await DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _member, null) is { } member)
        {
            await member.DisposeAsync();
        }
    }

    private ReplicaNote Note()
    {
        var now = degrader.Clock.Now;
        List<DatabaseNote> written = [.. databases.Existing.Select(Note).OrderBy(one => one.Name, StringComparer.Ordinal)];
        List<EpisodeNote> active =
        [
            .. episodes.Episodes.Where(episode => episode.State.IsActive).OrderBy(episode => episode.Dependency, StringComparer.Ordinal)
                .Select(episode => new EpisodeNote(episode.Dependency, EnumName.Of(episode.State.Phase), Math.Round((now - episode.State.Since).TotalSeconds, 1))),
        ];
        var status = drain.IsDraining ? "draining" : written.Any(one => one.Writer is null) ? "no-writer" : active.Count > 0 ? "degraded" : "ready";
        return new ReplicaNote(0, time.GetUtcNow(), settings.Current.Region, status, written, active);
    }

    private static DatabaseNote Note(RegionalDataSource database)
    {
        var status = database.SwitchStatus;
        return new DatabaseNote(database.Name, status.Writer, SharedTerm.Of(((ISharedDatabase)database).Topology)?.Epoch ?? 0, status.Phase, status.HeldBy);
    }
}
