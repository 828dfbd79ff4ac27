using System.Data;
using Npgsql;
using Resilience.Diagnostics;
using Resilience.Internal;
using Resilience.Postgres.Probing;
using Resilience.Regions;

namespace Resilience.Postgres;

/// <summary>Reads from the nearest region that is fresh enough, and elsewhere when that one fails.</summary>
internal sealed class RegionReader(WriterOpener opener, ActiveRegionSet active, string? localRegion)
{
    /// <summary>A region that is busy for longer is left for the next one.</summary>
    private static readonly TimeSpan LongestOpen = TimeSpan.FromSeconds(RegionConnectionString.ConnectTimeoutSeconds);

    /// <summary>Asks the writer for its position.</summary>
    public Task<ReadToken> GetTokenAsync(TimeSpan patience, CancellationToken cancellationToken) => ReadAsync(
        TimeSpan.Zero,
        async (connection, token) =>
        {
            await using var command = new NpgsqlCommand(ServerDialect.ReadToken(active.Current.Current.Topology), connection);
            await using var reader = await command.ExecuteReaderAsync(token);
            await reader.ReadAsync(token);
            return new ReadToken(reader.GetInt64(0), reader.GetInt64(1));
        },
        patience,
        cancellationToken);

    public async Task<T> ReadAsync<T>(
        ReadBound bound, Func<NpgsqlConnection, CancellationToken, Task<T>> read, TimeSpan patience, CancellationToken cancellationToken)
    {
        var failures = new Dictionary<string, TimeSpan>(StringComparer.Ordinal);
        Deadline? deadline = null;
        for (var repeat = 0; ; repeat++)
        {
            var (connection, set, region) = await OpenAsync(bound, patience, deadline ?? Deadline.In(patience, opener.Clock), failures, cancellationToken);
            var wasBroken = false;
            try
            {
                try
                {
                    return await read(connection, cancellationToken);
                }
                finally
                {
                    wasBroken = connection.FullState.HasFlag(ConnectionState.Broken);
                    await ClosedConnection.OfAsync(connection);
                }
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested
                && FailureClassifier.OfUse(exception, wasBroken) is not null)
            {
                deadline ??= Deadline.In(patience, opener.Clock);
                Blame(set, region, FailureClassifier.OfUse(exception, wasBroken), failures);
                if (deadline.Value.IsPast)
                {
                    throw;
                }

                RegionMetrics.CountRepeat(opener.Dependency);
                await deadline.Value.PauseAsync(opener.Jitter.Before(repeat), cancellationToken);
            }
        }
    }

    public async ValueTask<NpgsqlConnection> OpenAsync(ReadBound bound, TimeSpan patience, CancellationToken cancellationToken)
    {
        var opened = await OpenAsync(
            bound, patience, Deadline.In(patience, opener.Clock), new Dictionary<string, TimeSpan>(StringComparer.Ordinal), cancellationToken);
        return opened.Connection;
    }

    private async ValueTask<(NpgsqlConnection Connection, RegionSet Set, string Region)> OpenAsync(
        ReadBound bound, TimeSpan patience, Deadline deadline, Dictionary<string, TimeSpan> failures, CancellationToken cancellationToken)
    {
        Exception? last = null;
        if (bound.Token is { } token && token.Epoch > active.Current.Current.Topology.HighestTerm.Epoch && !await LearnsAsync(token.Epoch, deadline, cancellationToken))
        {
            // It comes from a writer that nobody here knows of, or from nobody: what the present one has is all there is to read.
            bound = TimeSpan.Zero;
        }

        while (true)
        {
            ObjectDisposedException.ThrowIf(active.IsDisposed, typeof(RegionalDataSource));
            var set = active.Current;
            var published = set.Current;
            foreach (var region in ReaderSelection.Order(published.Topology, bound, localRegion, opener.Clock.Now))
            {
                if (failures.TryGetValue(region, out var failedAt) && !(published.Topology[region].ContactAt >= failedAt))
                {
                    continue;
                }

                try
                {
                    var pool = set.Endpoint(region).Pool;
                    var remaining = deadline.Remaining;
                    return (await pool.OpenAsync(pool.Watcher, remaining < LongestOpen ? remaining : LongestOpen, pool.Gone, cancellationToken), set, region);
                }
                catch (Exception exception) when (WriterOpener.IsRepeatable(exception, cancellationToken))
                {
                    last = exception;
                    Blame(set, region, FailureClassifier.OfOpen(exception), failures);
                }
            }

            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, set.Stopping);
            if (!await WaitAsync(published.Replaced, deadline, either.Token, cancellationToken))
            {
                throw new WriterUnavailableException(TopologyExplanation.NoWriter(opener.Dependency, patience, set), last);
            }
        }
    }

    /// <summary>Waits a moment for an epoch that another process has seen.</summary>
    private async ValueTask<bool> LearnsAsync(long epoch, Deadline deadline, CancellationToken cancellationToken)
    {
        var moment = Deadline.In(deadline.Remaining < LongestOpen ? deadline.Remaining : LongestOpen, opener.Clock);
        while (true)
        {
            var set = active.Current;
            var published = set.Current;
            if (published.Topology.HighestTerm.Epoch >= epoch)
            {
                return true;
            }

            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, set.Stopping);
            if (!await WaitAsync(published.Replaced, moment, either.Token, cancellationToken))
            {
                return false;
            }
        }
    }

    private static async ValueTask<bool> WaitAsync(Task replaced, Deadline deadline, CancellationToken either, CancellationToken callers)
    {
        try
        {
            return await deadline.WaitAsync(replaced, either);
        }
        catch (OperationCanceledException) when (!callers.IsCancellationRequested)
        {
            return true;
        }
    }

    /// <summary>A failed region is left out until a probe sent later has reached it again.</summary>
    private void Blame(RegionSet set, string region, RegionFailure? failure, Dictionary<string, TimeSpan> failures)
    {
        failures[region] = opener.Clock.Now;
        var endpoint = set.Endpoint(region);
        if (failure is not null && set.Route is { } route && route.Region == region)
        {
            route.Report(failure);
        }
        else
        {
            endpoint.Monitor.Wake();
        }
    }
}
