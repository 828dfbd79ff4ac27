using Microsoft.Extensions.Logging;
using Resilience.Internal;
using Resilience.Regions;

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
    private CancellationTokenSource? _superseded;
    private RegionSet _current;
    private RegionSet? _trying;
    private string? _pending;

    public ActiveRegionSet(PostgresOptions options, RegionSetContext context)
    {
        _context = context;
        _current = new RegionSet(options, before: null, context) { IsInUse = true };
        _current.Start();
    }

    public RegionSet Current => Volatile.Read(ref _current);

    /// <summary>The set of a changed configuration while it is tried; null otherwise.</summary>
    public RegionSet? Trying => Volatile.Read(ref _trying);

    /// <summary>Why a changed configuration is not in use yet; null when none waits.</summary>
    public string? Pending
    {
        get => Volatile.Read(ref _pending);
        private set => Volatile.Write(ref _pending, value);
    }

    public bool IsDisposed => _stopping.IsCancellationRequested;

    /// <summary>Moves to other options. Returns when they are in use, or were given up for still newer ones.</summary>
    public async Task ChangeAsync(PostgresOptions options)
    {
        var superseded = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        await (Interlocked.Exchange(ref _superseded, superseded)?.CancelAsync() ?? Task.CompletedTask);
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
            if (Interlocked.CompareExchange(ref _superseded, null, superseded) == superseded)
            {
                superseded.Dispose();
            }

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
        Pending = "A writer is being looked for with the changed configuration; the previous one is in use.";
        next.Start();
        Volatile.Write(ref _trying, next);
        old.Teach(next);
        try
        {
            while (!await TakesOverAsync(next, old, Deadline.In(options.WaitForWriter, _context.Clock), cancellationToken))
            {
                var explanation = TopologyExplanation.NoWriter(_context.Dependency, options.WaitForWriter, next);
                if (Pending != explanation)
                {
                    LogWaiting(_context.Logger, _context.Dependency, explanation);
                }

                Pending = explanation;
            }
        }
        catch (OperationCanceledException)
        {
            await next.DisposeAsync();
            return;
        }
        finally
        {
            old.Teach(null);
            Volatile.Write(ref _trying, null);
            Pending = null;
        }

        await old.StopAsync();
        next.TakeOverFrom(old);
        Volatile.Write(ref _current, next);
        if (next.Current.Topology.Writer?.Region != old.Current.Topology.Writer?.Region)
        {
            old.EndReign();
        }

        LogChanged(_context.Logger, _context.Dependency);
        await old.DisposeAsync();
    }

    /// <summary>True when the candidate has a writer that is not older than anything the set in use has seen.</summary>
    private static async Task<bool> TakesOverAsync(RegionSet next, RegionSet old, Deadline deadline, CancellationToken cancellationToken)
    {
        while (await next.WaitForRouteAsync(null, deadline, cancellationToken) is not null)
        {
            var candidate = next.Current;
            if (candidate.Topology.Writer is { } writer && writer.Term >= Known(old.Current.Topology))
            {
                return true;
            }

            await deadline.WaitAsync(candidate.Replaced, cancellationToken);
        }

        return false;
    }

    /// <summary>The highest term of our cluster, seen here or by another replica.</summary>
    private static WriterTerm Known(RegionTopology topology) => topology.SystemIdentifier is { } cluster ? topology.KnownTerm(cluster) : topology.HighestTerm;

    [LoggerMessage(1020, LogLevel.Information, "'{Dependency}': the changed configuration is in use")]
    private static partial void LogChanged(ILogger logger, string dependency);

    [LoggerMessage(1021, LogLevel.Error, "'{Dependency}': the changed configuration finds no writer, so the previous one stays in use. {Explanation}")]
    private static partial void LogWaiting(ILogger logger, string dependency, string explanation);
}
