using Npgsql;
using Resilience.Internal;
using Resilience.Postgres.Tail;
using Resilience.Regions;

namespace Resilience.Postgres;

/// <summary>Opens connections to the writer for callers that have to wait: until one is verified, or their deadline.</summary>
internal sealed class WriterOpener(string dependency, ActiveRegionSet active, MonotonicClock clock, Jitter jitter)
{
    public MonotonicClock Clock => clock;

    public Jitter Jitter => jitter;

    public string Dependency => dependency;

    /// <summary>The present writer's history; null while there is none.</summary>
    public WriterHistory? Writer => WriterHistory.Of(active.Current.Current.Topology);

    public bool IsDisposed => active.IsDisposed;

    /// <summary>Opens a connection, repeating over failures.</summary>
    /// <param name="seen">What the caller saw fail before, or null.</param>
    /// <param name="patience">How long the caller may wait in all, for the message.</param>
    /// <param name="deadline">When to give up.</param>
    /// <param name="cancellationToken">The caller's own end.</param>
    /// <exception cref="WriterUnavailableException">The deadline passed.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async ValueTask<OpenedWriter> OpenAsync(SeenFailure? seen, TimeSpan patience, Deadline deadline, CancellationToken cancellationToken)
    {
        Exception? last = null;
        for (var repeat = 0; ; repeat++)
        {
            await deadline.PauseAsync(jitter.Before(repeat), cancellationToken);
            var set = active.Current;
            var route = await WaitAsync(set, seen, deadline, cancellationToken);
            if (route is null)
            {
                if (set.Stopping.IsCancellationRequested && !deadline.IsPast)
                {
                    continue;
                }

                throw new WriterUnavailableException(TopologyExplanation.NoWriter(dependency, patience, set), last);
            }

            try
            {
                // An idle connection is taken even when time is up.
                return new OpenedWriter(await route.OpenAsync(deadline.Remaining, cancellationToken), route);
            }
            catch (Exception exception) when (IsRepeatable(exception, cancellationToken))
            {
                last = exception;
                if (deadline.IsPast)
                {
                    throw new WriterUnavailableException(TopologyExplanation.NoWriter(dependency, patience, set), last);
                }

                seen = Blame(route, exception) ?? seen;
            }
        }
    }

    /// <summary>
    /// The same for a caller that blocks its thread. It waits on the thread itself and opens synchronously, so that blocked
    /// callers need nothing of the thread pool that the switch depends on.
    /// </summary>
    /// <exception cref="WriterUnavailableException">The deadline passed.</exception>
    public OpenedWriter Open(TimeSpan patience)
    {
        var deadline = Deadline.In(patience, clock);
        SeenFailure? seen = null;
        Exception? last = null;
        for (var repeat = 0; ; repeat++)
        {
            ObjectDisposedException.ThrowIf(active.IsDisposed, typeof(RegionalDataSource));
            var set = active.Current;
            if (set.WaitForRoute(seen, deadline) is not { } route)
            {
                if (set.Stopping.IsCancellationRequested && !deadline.IsPast)
                {
                    continue;
                }

                throw new WriterUnavailableException(TopologyExplanation.NoWriter(dependency, patience, set), last);
            }

            try
            {
                return new OpenedWriter(route.Open(deadline.Remaining), route);
            }
            catch (Exception exception) when (IsRepeatable(exception, CancellationToken.None))
            {
                last = exception;
                if (deadline.IsPast)
                {
                    throw new WriterUnavailableException(TopologyExplanation.NoWriter(dependency, patience, set), last);
                }

                seen = Blame(route, exception) ?? seen;
                set.Stopping.WaitHandle.WaitOne(jitter.Before(repeat + 1));
            }
        }
    }

    /// <summary>A name that does not resolve is nothing to wait out: another connection may be free any moment.</summary>
    public static SeenFailure? Blame(WriterRoute route, Exception exception) =>
        FailureClassifier.OfOpen(exception) is { Kind: not RegionFailureKind.Unresolved } failure ? route.Report(failure) : null;

    private async ValueTask<WriterRoute?> WaitAsync(RegionSet set, SeenFailure? seen, Deadline deadline, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(active.IsDisposed, typeof(RegionalDataSource));
        try
        {
            return await set.WaitForRouteAsync(seen, deadline, cancellationToken);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The set was replaced while we waited; the next round waits on its successor.
            return null;
        }
    }

    public static bool IsRepeatable(Exception exception, CancellationToken cancellationToken) =>
        !cancellationToken.IsCancellationRequested
        && (exception is OperationCanceledException or ObjectDisposedException or TimeoutException
            || FailureClassifier.IsBusy(exception)
            || FailureClassifier.OfOpen(exception) is not null);
}
