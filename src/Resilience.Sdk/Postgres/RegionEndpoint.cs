using Microsoft.Extensions.Logging;

namespace Resilience.Postgres;

/// <summary>One region's server as the data source uses it: its address, its pool, the loop that looks at it.</summary>
internal sealed partial class RegionEndpoint(string region, string address, RegionPool pool, int warmConnections, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(500);

    private RegionMonitor? _monitor;
    private int _warming;

    public string Region => region;

    /// <summary>Host and port: safe to show.</summary>
    public string Address => address;

    public RegionPool Pool => pool;

    public RegionMonitor Monitor
    {
        get => _monitor ?? throw new InvalidOperationException($"The monitor of region '{region}' is not attached yet.");
        set => _monitor = value;
    }

    /// <summary>Opens a few connections ahead of need, off every request's path; one warming at a time.</summary>
    public void Warm(CancellationToken cancellationToken)
    {
        if (warmConnections > 0 && Interlocked.Exchange(ref _warming, 1) == 0)
        {
            _ = Task.Run(() => pool.IsPaced ? WarmSlowlyAsync(cancellationToken) : WarmAsync(cancellationToken), CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_monitor is not null)
        {
            await _monitor.DisposeAsync();
        }

        await pool.DisposeAsync();
    }

    private async Task WarmAsync(CancellationToken cancellationToken)
    {
        try
        {
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

    [LoggerMessage(1012, LogLevel.Debug, "Connections to region '{Region}' could not be opened ahead; they will be opened when needed")]
    private static partial void LogNotWarmed(ILogger logger, Exception exception, string region);
}
