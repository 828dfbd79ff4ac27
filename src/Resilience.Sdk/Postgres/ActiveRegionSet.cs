using Microsoft.Extensions.Logging;
using Resilience.Internal;

namespace Resilience.Postgres;

/// <summary>
/// The region set in use, and the change to another. A new configuration is tried beside the working one and takes over
/// when it has a verified writer, so that a wrong password or address in a reload takes nothing down.
/// </summary>
internal sealed partial class ActiveRegionSet : IAsyncDisposable
{
    private readonly RegionSetContext _context;
    private readonly SemaphoreSlim _changing = new(1, 1);
    private readonly CancellationTokenSource _stopping = new();
    private CancellationTokenSource _superseded = new();
    private RegionSet _current;

    public ActiveRegionSet(PostgresOptions options, RegionSetContext context)
    {
        _context = context;
        _current = new RegionSet(options, before: null, context);
        _current.Start();
    }

    public RegionSet Current => Volatile.Read(ref _current);

    public bool IsDisposed => _stopping.IsCancellationRequested;

    /// <summary>Moves to other options. Returns when they are in use, or were given up for still newer ones.</summary>
    public async Task ChangeAsync(PostgresOptions options)
    {
        var superseded = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        await Interlocked.Exchange(ref _superseded, superseded).CancelAsync();
        await _changing.WaitAsync(_stopping.Token);
        try
        {
            if (!options.Equals(_current.Options))
            {
                await ReplaceAsync(options, superseded.Token);
            }
        }
        finally
        {
            _changing.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (IsDisposed)
        {
            return;
        }

        await _stopping.CancelAsync();
        await _changing.WaitAsync(CancellationToken.None);
        await _current.DisposeAsync();
        _changing.Release();
    }

    private async Task ReplaceAsync(PostgresOptions options, CancellationToken cancellationToken)
    {
        var old = _current;
        var next = new RegionSet(options, old.Current.Topology, _context);
        next.Start();
        try
        {
            var late = false;
            while (await next.WaitForRouteAsync(null, Deadline.In(options.WaitForWriter, _context.Clock), cancellationToken) is null)
            {
                if (!late)
                {
                    LogWaiting(_context.Logger, _context.Dependency, TopologyExplanation.NoWriter(_context.Dependency, options.WaitForWriter, next));
                    late = true;
                }

                if (old.Route is null)
                {
                    // Neither serves: the configuration that the operator wants is the better one to wait with.
                    break;
                }
            }
        }
        catch (OperationCanceledException)
        {
            await next.DisposeAsync();
            return;
        }

        Volatile.Write(ref _current, next);
        LogChanged(_context.Logger, _context.Dependency);
        await old.DisposeAsync();
    }

    [LoggerMessage(1020, LogLevel.Information, "'{Dependency}': the changed configuration is in use")]
    private static partial void LogChanged(ILogger logger, string dependency);

    [LoggerMessage(1021, LogLevel.Error, "'{Dependency}': the changed configuration finds no writer, so the previous one stays in use. {Explanation}")]
    private static partial void LogWaiting(ILogger logger, string dependency, string explanation);
}
