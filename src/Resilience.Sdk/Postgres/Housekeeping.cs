using Microsoft.Extensions.Logging;
using Resilience.Internal;

namespace Resilience.Postgres;

/// <summary>
/// Once a minute: forgets what the operation ledger need not remember any more, in bites, and while there is no writer
/// reminds the operators of it, with the reason.
/// </summary>
internal sealed partial class Housekeeping : IAsyncDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    private readonly ActiveRegionSet _active;
    private readonly RegionSetContext _context;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _loop;

    public Housekeeping(ActiveRegionSet active, RegionSetContext context)
    {
        _active = active;
        _context = context;
        _loop = Task.Run(RunAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    internal async Task TickAsync(CancellationToken cancellationToken)
    {
        _context.Recorder.Save();
        var set = _active.Current;
        if (set.Route is not { } route)
        {
            LogNoWriter(_context.Logger, _context.Dependency, TopologyExplanation.Of(set));
            return;
        }

        await using var connection = await route.OpenAsync(Every, cancellationToken);
        while (await OperationLedger.PurgeAsync(connection, set.Options.OperationRetention, cancellationToken) == PostgresSql.PurgeBite)
        {
            // Another bite; each is a transaction of its own.
        }
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
                Guarded.Run(() => LogFailed(_context.Logger, exception, _context.Dependency));
            }
        }
    }

    [LoggerMessage(1023, LogLevel.Error, "'{Dependency}' has no writer. {Explanation}")]
    private static partial void LogNoWriter(ILogger logger, string dependency, string explanation);

    [LoggerMessage(1022, LogLevel.Warning, "'{Dependency}': old operations could not be forgotten; it is tried again in a minute")]
    private static partial void LogFailed(ILogger logger, Exception exception, string dependency);
}
