using Microsoft.Extensions.Logging;
using Resilience.Internal;
using Resilience.Postgres.Pooling;
using Resilience.Postgres.Probing;

namespace Resilience.Postgres;

/// <summary>One region's server as the data source uses it: its address, its pool, the loop that looks at it.</summary>
internal sealed partial class RegionEndpoint(string region, string address, ServerAddresses addresses, RegionPool pool, int warmConnections, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(500);

    private RegionMonitor? _monitor;
    private int _warming;

    public string Region => region;

    /// <summary>Host and port: safe to show.</summary>
    public string Address => address;

    public ServerAddresses Addresses => addresses;

    public RegionPool Pool => pool;

    public RegionMonitor Monitor
    {
        get => _monitor ?? throw new InvalidOperationException($"The monitor of region '{region}' is not attached yet.");
        set => _monitor = value;
    }

    /// <summary>Opens a few connections ahead of need, off every request's path; one warming at a time.</summary>
    public void Warm(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _warming, 1) == 0)
        {
            _ = Task.Run(() => pool.IsPaced ? WarmSlowlyAsync(cancellationToken) : WarmAsync(cancellationToken), CancellationToken.None);
        }
    }

    /// <summary>
    /// Breaks all connections to this server, those in use as well, but for addresses that another region has, too; none at all while
    /// those cannot be looked up. Beside everything else: whoever waits on one of them goes on at once.
    /// </summary>
    public void BreakConnections(RegionEndpoint spared) => _ = Task.Factory.StartNew(
        () => BreakAsync(spared), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public async ValueTask DisposeAsync()
    {
        if (_monitor is not null)
        {
            await _monitor.DisposeAsync();
        }

        await pool.DisposeAsync();
    }

    private async Task BreakAsync(RegionEndpoint spared)
    {
        if (!await spared.Addresses.LookUpAsync())
        {
            return;
        }

        Guarded.Run(() =>
        {
            var broken = ServerSockets.ShutDown(addresses.Known.Except(spared.Addresses.Known));
            if (broken > 0)
            {
                LogBroken(logger, broken, region);
            }
        });
    }

    private async Task WarmAsync(CancellationToken cancellationToken)
    {
        try
        {
            await addresses.LookUpAsync();
            var opening = Enumerable.Range(0, warmConnections).Select(_ => pool.OpenAsync(pool.Watcher, Longest, pool.Gone, cancellationToken).AsTask()).ToList();
            Task settled = Task.WhenAll(opening);
            await settled.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (var opened in opening.Where(task => task.IsCompletedSuccessfully))
            {
                await (await opened).DisposeAsync();
            }

            if (settled.Exception is { } failed)
            {
                LogNotWarmed(logger, failed.InnerException!, region);
            }
        }
        finally
        {
            Volatile.Write(ref _warming, 0);
        }
    }

    /// <summary>
    /// At a rate it takes its time until they are all there; as soon as somebody waits for one they are given back, and who waits makes the
    /// others.
    /// </summary>
    private async Task WarmSlowlyAsync(CancellationToken cancellationToken)
    {
        var held = new List<IAsyncDisposable>();
        try
        {
            await addresses.LookUpAsync();
            for (var slices = 0; held.Count < warmConnections && slices * Slice < Longest * warmConnections && !pool.HasWaiters; slices++)
            {
                try
                {
                    held.Add(await pool.OpenAsync(pool.Watcher, Slice, pool.Gone, cancellationToken));
                }
                catch (TimeoutException)
                {
                    // Not its turn yet.
                }
            }
        }
#pragma warning disable CA1031 // Warming is an offer: whatever fails is made when it is needed.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogNotWarmed(logger, exception, region);
        }
        finally
        {
            foreach (var connection in held)
            {
                await connection.DisposeAsync();
            }

            Volatile.Write(ref _warming, 0);
        }
    }

    [LoggerMessage(1028, LogLevel.Information, "{Count} connections to region '{Region}' were broken: it is given up")]
    private static partial void LogBroken(ILogger logger, int count, string region);

    [LoggerMessage(1012, LogLevel.Debug, "Connections to region '{Region}' could not be opened ahead; they will be opened when needed")]
    private static partial void LogNotWarmed(ILogger logger, Exception exception, string region);
}
