using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Resilience.Diagnostics;
using Resilience.Internal;
using Resilience.Queueing.Stores;

namespace Resilience.Queueing.Worker;

/// <summary>
/// Carries the requests of a queue out: claims as many as the pace and the workers allow, runs the handler for each in a scope
/// of its own, renews the leases of what runs long, and gives them back. A failing round is logged and the next one comes.
/// </summary>
internal sealed partial class QueueWorker<TRequest> : IQueueWorker
{
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Busy = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Paced = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan CountEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ForgetEvery = TimeSpan.FromMinutes(10);

    /// <summary>Claimed at once for each worker, so that a claim's round trip is shared.</summary>
    private const int Ahead = 8;

    private readonly QueueWorkerContext _context;
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)]
    private readonly Type _handler;
    private readonly JsonTypeInfo<TRequest> _json;
    private readonly DrainPace _pace = new();
    private readonly EndQueue _ends;
    private readonly Jitter _jitter;
    private readonly ConcurrentDictionary<Guid, (EntryLease Lease, CancellationTokenSource Stop, Task Work)> _running = new();
    private readonly SemaphoreSlim _slots;
    private readonly Signal _work = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;
    private TimeSpan _renewedAt;
    private TimeSpan? _countedAt;
    private TimeSpan _forgottenAt;
    private bool _hasSeenStore;
    private bool _isCautious;

    public QueueWorker(QueueWorkerContext context, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] Type handler, JsonTypeInfo<TRequest> json, Random random)
    {
        _context = context;
        _handler = handler;
        _json = json;
        _jitter = new Jitter(random);
        _slots = new SemaphoreSlim(context.Options().Workers);
        _ends = new EndQueue(context.Queue, context.Store, context.CompletionStored, () => _pace.IsHeldBack ? Paced : TimeSpan.Zero, Patience, context.Clock.Time, context.Logger);
    }

    public string Name => _context.Queue;

    public IQueueStore Store => _context.Store;

    public QueueCounts? Counts { get; private set; }

    /// <summary>How many are being carried out.</summary>
    internal int Running => _running.Count;

    public void Start() => _loop = Task.Run(RunAsync);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;

        // What has begun may end; what does not heed its token is left to its lease.
        var running = Task.WhenAll(_running.Values.Select(one => one.Work));
        await Task.WhenAny(running, Task.Delay(Patience, _context.Clock.Time));
    }

    /// <summary>One round. Not from two threads.</summary>
    /// <returns>How many were claimed.</returns>
    internal async Task<int> TickAsync(CancellationToken cancellationToken)
    {
        var now = _context.Clock.Now;
        if (!_context.Store.IsAvailable)
        {
            // Live requests wait in line for the writer; the queue does not, and begins slowly when there is one again. A
            // writer that is not known yet, at the start, is no outage.
            if (_hasSeenStore)
            {
                lock (_pace)
                {
                    _pace.Permits(now, DrainSignal.Down, _running.Count);
                }
            }

            return 0;
        }

        _hasSeenStore = true;
        await RenewAsync(now, cancellationToken);
        await LookAfterAsync(now, cancellationToken);
        int permits;
        lock (_pace)
        {
            var room = (Ahead * _context.Options().Workers) - _running.Count;
            permits = Math.Min(_pace.Permits(now, _context.Signal(), _running.Count), room > Ahead * _context.Options().Workers / 2 ? room : 0);
        }

        if (_isCautious)
        {
            permits = _running.IsEmpty ? Math.Min(permits, 1) : 0;
        }

        if (permits <= 0)
        {
            return 0;
        }

        var leases = await ClaimAsync(permits, cancellationToken);
        if (leases.Any(lease => lease.IsSecondHand) && !_isCautious)
        {
            // One of them may kill its process. Each is tried alone, so that no other pays for it with its attempts.
            _isCautious = true;
            await _context.Store.EndAsync(Name, [.. leases.Select(lease => new EndedLease(
                lease, new LeaseEnd(lease.IsSecondHand ? EntryState.Leased : EntryState.Ready, KeepAttempt: true)))], cancellationToken);
            return leases.Count;
        }

        _isCautious &= leases.Count == 0 || leases[0].IsSecondHand;
        lock (_pace)
        {
            _pace.Began(leases.Count);
        }

        foreach (var lease in leases)
        {
            Begin(lease);
        }

        return leases.Count;
    }

    /// <summary>
    /// A claim that is under way when the worker stops is waited for and given back: abandoned, what it took would lie until
    /// its lease ends.
    /// </summary>
    private async Task<IReadOnlyList<EntryLease>> ClaimAsync(int permits, CancellationToken cancellationToken)
    {
        var claim = _context.Store.ClaimAsync(Name, permits, _context.Options().Lease, CancellationToken.None).AsTask();
        try
        {
            return await claim.WaitAsync(Patience, _context.Clock.Time, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return await claim.WaitAsync(StopPatience, _context.Clock.Time, CancellationToken.None);
        }
    }

    private async Task RunAsync()
    {
        var stop = _stop.Token;
        while (!stop.IsCancellationRequested)
        {
            var claimed = 0;
            try
            {
                claimed = await TickAsync(stop);
            }
#pragma warning disable CA1031 // The loop survives every round.
            catch (Exception exception) when (!stop.IsCancellationRequested)
#pragma warning restore CA1031
            {
                Guarded.Run(() => LogFailed(_context.Logger, exception, Name));
            }
#pragma warning disable CA1031 // What fails while it stops keeps nobody from stopping.
            catch (Exception)
#pragma warning restore CA1031
            {
                return;
            }

            if (_pace.IsHeldBack && !_running.IsEmpty)
            {
                // Several are claimed at once, and several ended.
                await Task.Delay(Paced, _context.Clock.Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                continue;
            }

            // With work at hand the end of a request is what lets the next one begin.
            await _work.WaitAsync(claimed > 0 ? Busy : Idle, _context.Clock.Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Begin(EntryLease lease)
    {
        var stop = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _running[lease.Token] = (lease, stop, done.Task);
        _ = Task.Run(async () =>
        {
            await CarryOutAsync(lease, stop);
            done.SetResult();
        });
    }

    private async Task CarryOutAsync(EntryLease lease, CancellationTokenSource stop)
    {
        await _slots.WaitAsync(CancellationToken.None);
        var (began, generation) = (_context.Clock.Now, _context.Store.Generation);
        var end = _context.Signal().IsCalled && !stop.IsCancellationRequested
            ? await TryAsync(lease, stop)
            : new LeaseEnd(EntryState.Ready, _context.Options().Delay, "dependency-down", KeepAttempt: true);
        _slots.Release();
        if (end.State == EntryState.Done)
        {
            await Guarded.RunAsync(() => _context.Completed(lease.Entry, generation, CancellationToken.None));
        }

        lock (_pace)
        {
            if (end.KeepAttempt)
            {
                _pace.Failed(_context.Clock.Now);
            }
            else
            {
                _pace.Succeeded(end.State == EntryState.Done ? _context.Clock.Now - began : null);
            }
        }

        Guarded.Run(() =>
        {
            QueueMetrics.CountAttempt(Name, end.State.ToString(), _context.Clock.Now - began);
            if (end.State is EntryState.Parked or EntryState.Reconcile)
            {
                LogSetAside(_context.Logger, Name, lease.Entry.Key, end.State, end.Reason, lease.Attempt);
            }
        });
        await _ends.AddAsync(new EndedLease(lease, end));
        _running.TryRemove(lease.Token, out _);
        stop.Dispose();
        _work.Set();
    }

    private async Task<LeaseEnd> TryAsync(EntryLease lease, CancellationTokenSource stop)
    {
        var entry = lease.Entry;
        var options = _context.Options();
        if (entry.KeyExpiresAt <= _context.Clock.Time.GetUtcNow())
        {
            return new LeaseEnd(EntryState.Reconcile, Reason: "key-expired");
        }

        if (lease.Attempt > options.MaxAttempts)
        {
            // The attempts before this one have not even said that they failed: they took the process with them.
            return new LeaseEnd(EntryState.Parked, Reason: "attempts-used-up");
        }

        TRequest? request;
        try
        {
            request = JsonSerializer.Deserialize(entry.Payload.Span, _json);
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            return new LeaseEnd(EntryState.Parked, Reason: "unreadable");
        }

        using var activity = DrResilienceDiagnostics.Source.StartActivity("dr.queue.request", ActivityKind.Consumer, entry.TraceParent);
        activity?.SetTag("dr.queue", Name);
        try
        {
            await using var scope = _context.Scopes.CreateAsyncScope();
            var handler = (IQueueHandler<TRequest>)ActivatorUtilities.GetServiceOrCreateInstance(scope.ServiceProvider, _handler);
            stop.CancelAfter(options.JobTimeout);
            var result = await handler.HandleAsync(new QueuedRequest<TRequest>(request!, entry.Key, lease.Attempt, entry.EnqueuedAt), stop.Token);
            return result.Verdict switch
            {
                QueueVerdict.Done => new LeaseEnd(EntryState.Done),
                QueueVerdict.Park => new LeaseEnd(EntryState.Parked, Reason: result.Reason),
                _ => Again(lease, options, result.After, result.Reason ?? "retry", isDown: false),
            };
        }
#pragma warning disable CA1031 // Whatever a handler throws, its request is tried again or parked.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            activity?.SetStatus(ActivityStatusCode.Error, exception.GetType().Name);
            var isDown = _stop.IsCancellationRequested || _context.IsDependencyFailure(exception, CancellationToken.None);
            return Again(lease, options, null, exception.GetType().Name, isDown);
        }
    }

    /// <summary>What failed because the dependency is down has cost no attempt.</summary>
    private LeaseEnd Again(EntryLease lease, QueueOptions options, TimeSpan? after, string reason, bool isDown)
    {
        if (!isDown && lease.Attempt >= options.MaxAttempts)
        {
            return new LeaseEnd(EntryState.Parked, Reason: reason);
        }

        var pause = after ?? Growth.Doubled(options.Delay, Math.Min(lease.Attempt - 1, 30), options.MaxDelay) * _jitter.Next();
        return new LeaseEnd(EntryState.Ready, pause, reason, isDown);
    }

    private async Task RenewAsync(TimeSpan now, CancellationToken cancellationToken)
    {
        if (now - _renewedAt < _context.Options().Lease / 3 || _running.IsEmpty)
        {
            return;
        }

        _renewedAt = now;
        var leases = _running.Values.Select(one => one.Lease).ToList();
        var valid = await _context.Store.RenewAsync(Name, leases, _context.Options().Lease, cancellationToken).AsTask().WaitAsync(Patience, _context.Clock.Time, cancellationToken);
        foreach (var lost in leases.Where(lease => !valid.Contains(lease.Token)))
        {
            // Another may have it by now: what still runs here should end.
            if (_running.TryGetValue(lost.Token, out var running))
            {
                await Guarded.RunAsync(async () => await running.Stop.CancelAsync());
            }
        }
    }

    private async Task LookAfterAsync(TimeSpan now, CancellationToken cancellationToken)
    {
        if (_countedAt is null || now - _countedAt >= CountEvery)
        {
            _countedAt = now;
            Counts = await _context.Store.CountAsync(Name, cancellationToken).AsTask().WaitAsync(Patience, _context.Clock.Time, cancellationToken);
        }

        if (now - _forgottenAt >= ForgetEvery)
        {
            _forgottenAt = now;
            await _context.Store.ForgetDoneAsync(Name, _context.Options().DoneRetention, cancellationToken);
        }
    }

    [LoggerMessage(1812, LogLevel.Warning, "A round of the queue '{Queue}' failed; the next one comes")]
    private static partial void LogFailed(ILogger logger, Exception exception, string queue);

    [LoggerMessage(1813, LogLevel.Error, "'{Queue}': the request '{Key}' is {State} after {Attempt} attempts ({Reason}). An operator has to look at it")]
    private static partial void LogSetAside(ILogger logger, string queue, string key, EntryState state, string? reason, int attempt);
}
