using Microsoft.Extensions.Logging;
using Npgsql;
using Resilience.Internal;
using Resilience.Regions;

namespace Resilience.Postgres;

/// <summary>
/// Asks once a second whether writes should go back to the preferred region, and has the application's switchover move them. One
/// replica at a time does it: the one that holds a lock in the writer.
/// </summary>
internal sealed partial class FailbackLoop : IAsyncDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    /// <summary>A switchover that does not heed its token does not keep the process from ending.</summary>
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(5);

    private readonly ActiveRegionSet _active;
    private readonly RegionSetContext _context;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _loop;
    private FailbackDecision? _decision;

    public FailbackLoop(ActiveRegionSet active, RegionSetContext context)
    {
        _active = active;
        _context = context;
        _loop = context.Switchover is null ? Task.CompletedTask : Task.Run(RunAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _loop.WaitAsync(LongestStop, _context.Clock.Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_loop.IsCompleted)
        {
            Guarded.Run(() => LogLeft(_context.Logger, _context.Dependency));
        }
    }

    internal async Task TickAsync(CancellationToken cancellationToken)
    {
        var set = _active.Current;
        if (set.Options.Failback is not { Mode: FailbackMode.Auto, PreferredRegion: { } preferred } options)
        {
            _decision = null;
            return;
        }

        var rules = new FailbackRules(preferred, options.MaxLag, options.HealthyFor);
        if (_decision?.Rules != rules)
        {
            _decision = new FailbackDecision(rules, _context.NewRandom());
        }

        if (_decision.Look(set.Current.Topology, _context.Clock.Now).From is { } from)
        {
            await GoBackAsync(set, _decision, from, cancellationToken);
        }
    }

    private async Task GoBackAsync(RegionSet set, FailbackDecision decision, string from, CancellationToken cancellationToken)
    {
        var to = decision.Rules.PreferredRegion;

        // A session of its own holds the lock. A transaction would be work in flight, for which the switchover itself waits.
        await using var source = set.CreateUnpooled(from);
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        var epoch = set.Current.Topology.Writer?.Term.Epoch;
        if (!await TryLockAsync(connection, cancellationToken))
        {
            // Another replica has called it. Should that come to nothing, this one does not call it at once.
            decision.Called();
            return;
        }

        // Whoever had the lock before may have moved the writes, and what is known here is up to a second old: so both servers are asked.
        if (await WriterEpochAsync(connection, from, cancellationToken) is not { } current || current != epoch
            || !await IsStandbyAsync(set, to, cancellationToken) || !decision.Look(set.Current.Topology, _context.Clock.Now).IsDue)
        {
            return;
        }

        Guarded.Run(() => LogCalling(_context.Logger, _context.Dependency, from, to));
        try
        {
            await _context.Switchover!(new SwitchoverRequest(_context.Dependency, from, to, current), cancellationToken);
            decision.Called();
            Guarded.Run(() => LogCalled(_context.Logger, _context.Dependency, from, to));
        }
#pragma warning disable CA1031 // The application's own code may throw anything.
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            decision.Called();
            Guarded.Run(() => LogCallFailed(_context.Logger, exception, _context.Dependency, from, to, decision.Required));
        }
    }

    private static async Task<bool> TryLockAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(PostgresSql.LockFailback, connection);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task<long?> WriterEpochAsync(NpgsqlConnection connection, string region, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(PostgresSql.WriterEpoch, connection) { Parameters = { new() { Value = region } } };
        return await command.ExecuteScalarAsync(cancellationToken) as long?;
    }

    private static async Task<bool> IsStandbyAsync(RegionSet set, string region, CancellationToken cancellationToken)
    {
        await using var source = set.CreateUnpooled(region);
        await using var command = source.CreateCommand(PostgresSql.IsStandby);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(Every, _context.Clock.Time);
        while (await timer.WaitForNextTickAsync(_stopping.Token))
        {
            try
            {
                await TickAsync(_stopping.Token);
            }
#pragma warning disable CA1031 // The loop outlives any single failure.
            catch (Exception exception) when (!_stopping.IsCancellationRequested)
#pragma warning restore CA1031
            {
                Guarded.Run(() => LogTickFailed(_context.Logger, exception, _context.Dependency));
            }
        }
    }

    [LoggerMessage(1031, LogLevel.Warning, "'{Dependency}': writes go back from region '{From}' to '{To}', which has been well for long enough; the registered switchover is called")]
    private static partial void LogCalling(ILogger logger, string dependency, string from, string to);

    [LoggerMessage(1032, LogLevel.Information, "'{Dependency}': the switchover from region '{From}' to '{To}' is done")]
    private static partial void LogCalled(ILogger logger, string dependency, string from, string to);

    [LoggerMessage(1033, LogLevel.Error, "'{Dependency}': the switchover from region '{From}' to '{To}' failed. It is called again when '{To}' has been well for {Required}")]
    private static partial void LogCallFailed(ILogger logger, Exception exception, string dependency, string from, string to, TimeSpan required);

    [LoggerMessage(1034, LogLevel.Warning, "'{Dependency}': it could not be found out whether writes should go back; the next look is in a second")]
    private static partial void LogTickFailed(ILogger logger, Exception exception, string dependency);

    [LoggerMessage(1035, LogLevel.Warning, "'{Dependency}': a switchover still runs and does not heed its cancellation; it is left to itself")]
    private static partial void LogLeft(ILogger logger, string dependency);
}
