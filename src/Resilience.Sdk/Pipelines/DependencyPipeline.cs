using System.Runtime.CompilerServices;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;
using Resilience.Internal;
using Resilience.Pipelines.Bulkhead;
using Resilience.Pipelines.Chaos;
using Resilience.Pipelines.CircuitBreaker;
using Resilience.Pipelines.Hedging;
using Resilience.Pipelines.Retry;
using Resilience.Pipelines.Timeouts;

#pragma warning disable VSTHRD103 // Results are taken synchronously only from tasks that are completed: that is the fast path.

namespace Resilience.Pipelines;

/// <summary>
/// Runs calls through deadline, retry, hedging, breaker, bulkhead and attempt time-out, as one strategy instead of a chain
/// of them: what they share (timestamps, the token, the verdict) is made once, and a call that succeeds at once passes
/// without an allocation, a lock or an async state machine. State outlives the options, so a reload keeps windows, breaks,
/// tokens and permits.
/// </summary>
/// <remarks>
/// Longer than other files because the order of the strategies, and what each gives back when an attempt ends, is one
/// decision: it is read from top to bottom here, while every strategy's own rules have a folder of their own.
/// </remarks>
internal sealed class DependencyPipeline
{
    private readonly TimeProvider _time;
    private readonly Jitter _jitter;
    private readonly AttemptTimers _timers;
    private readonly LatencyQuantile _latencies;
    private readonly HedgeDelay _hedge;
    private readonly PipelineTelemetry _telemetry;
    private readonly Func<Random> _newRandom;

    // Made once: while a circuit is open, rejections are many, and each should cost little.
    private readonly string _openMessage;
    private readonly string _heldMessage;
    private DependencyOptions _options;
    private ChaosInjector? _chaos;

    public DependencyPipeline(string name, string? instance, DependencyOptions options, TimeProvider time, Func<Random> newRandom)
    {
        Name = name;
        Instance = instance;
        _openMessage = $"'{name}' was not called: its circuit is open. RetryAfter says for how long at most.";
        _heldMessage = $"'{name}' was not called: its circuit is held open by an operator (CircuitBreaker:Mode).";
        _options = options;
        _time = time;
        _newRandom = newRandom;
        _jitter = new Jitter(newRandom());
        _timers = new AttemptTimers(time);
        _latencies = new LatencyQuantile(time);
        _hedge = new HedgeDelay(_latencies, time);
        _telemetry = new PipelineTelemetry(name, instance, time);
        Breaker = new Breaker(time, newRandom(), _telemetry.OnTransition);
        Bulkhead = new BulkheadLimiter(options.Bulkhead, time);
        Budget = new RetryBudget(time);
        _chaos = ChaosInjector.Renew(null, name, options.Chaos, time, newRandom, _telemetry);
    }

    public string Name { get; }

    /// <summary>The authority, for pipelines by authority; null otherwise.</summary>
    public string? Instance { get; }

    public Breaker Breaker { get; }

    public BulkheadLimiter Bulkhead { get; }

    public RetryBudget Budget { get; }

    public TimeProvider Time => _time;

    public DependencyOptions Options => Volatile.Read(ref _options);

    /// <summary>What this share of the recent attempts that were answered did not exceed; null until enough are known.</summary>
    public TimeSpan? Latency(double quantile) => _latencies.Estimate(quantile);

    /// <summary>Takes other options into use; what was counted stays. One caller at a time.</summary>
    public void Apply(DependencyOptions options)
    {
        if (options == _options)
        {
            return;
        }

        Bulkhead.Apply(options.Bulkhead);
        Volatile.Write(ref _chaos, ChaosInjector.Renew(_chaos, Name, options.Chaos, _time, _newRandom, _telemetry));
        Volatile.Write(ref _options, options);
    }

    public ValueTask<Outcome<T>> ExecuteAsync<T, TCall>(TCall call)
        where TCall : struct, ICall<T>
    {
        var options = Options;
        var began = _time.GetTimestamp();
        return options.Bulkhead.Scope == BulkheadScope.Call
            ? HoldAsync<T, TCall>(call, options, began)
            : StartAsync<T, TCall>(call, options, began);
    }

    /// <summary>The bulkhead around everything else, for those who ask for that order. Its queue counts against the deadline all the same.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Outcome<T>> HoldAsync<T, TCall>(TCall call, DependencyOptions options, long began)
        where TCall : struct, ICall<T>
    {
        try
        {
            var time = new CallTime(_time, began, options.TotalRequestTimeout.Limit, CallDeadline.Remaining);
            if (!await Bulkhead.AcquireAsync(call.Priority, QueueWait(time, options), call.Caller))
            {
                var full = Full(options);
                _telemetry.OnCall(began, full);
                return Outcome.FromException<T>(full);
            }
        }
        catch (OperationCanceledException cancelled)
        {
            return Outcome.FromException<T>(cancelled);
        }

        var outcome = await StartAsync<T, TCall>(call, options, began);
        Bulkhead.Release(outcome.Exception is OperationCanceledException ? PermitOutcome.Neutral : call.Judge(outcome).ForBulkhead, began, _time.GetTimestamp());
        return outcome;
    }

    private ValueTask<Outcome<T>> StartAsync<T, TCall>(TCall call, DependencyOptions options, long began)
        where TCall : struct, ICall<T>
    {
        // First of all: while a circuit is open its rejections are many, and one of them earns no repeats for others.
        var ticket = Breaker.TryEnter(options.CircuitBreaker, began);
        if (!ticket.Admitted)
        {
            _telemetry.OnBroken();
            return new(Outcome.FromException<T>(Broken(ticket)));
        }

        var time = new CallTime(_time, began, options.TotalRequestTimeout.Limit, CallDeadline.Remaining);
        if (time.IsExpired)
        {
            Breaker.Exit(ticket, CallResult.Neutral, TimeSpan.Zero, options.CircuitBreaker, began);
            return new(Outcome.FromException<T>(new TimeoutRejectedException("The caller's deadline had passed before the call began.", TimeSpan.Zero)));
        }

        Budget.OnCall(began);
        var running = options.Hedging.Enabled && call is { IsIdempotent: true, CanHedge: true }
            ? HedgeAsync<T, TCall>(call, 0, ticket, options, time, began)
            : AttemptAsync<T, TCall>(call, 0, ticket, options, time, began, call.Caller);
        if (!running.IsCompletedSuccessfully)
        {
            return AwaitAsync(call, running, options, time, began);
        }

        var finished = running.GetAwaiter().GetResult();
        if (finished.Verdict.Result is not (AttemptResult.Final or AttemptResult.Rejected))
        {
            return RepeatAsync(call, finished, options, time, began);
        }

        _telemetry.OnCall(began, finished.Outcome.Exception);
        return new(finished.Outcome);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Outcome<T>> AwaitAsync<T, TCall>(
        TCall call, ValueTask<FinishedCall<T>> running, DependencyOptions options, CallTime time, long began)
        where TCall : struct, ICall<T>
    {
        var finished = await running;
        if (finished.Verdict.Result != AttemptResult.Final)
        {
            return await RepeatAsync(call, finished, options, time, began);
        }

        _telemetry.OnCall(began, finished.Outcome.Exception);
        return finished.Outcome;
    }

    /// <summary>
    /// Repeats while the rules allow. What the dependency really answered is kept until something newer is real: a
    /// rejection of ours never takes its place.
    /// </summary>
    private async ValueTask<Outcome<T>> RepeatAsync<T, TCall>(
        TCall call, FinishedCall<T> finished, DependencyOptions options, CallTime time, long began)
        where TCall : struct, ICall<T>
    {
        var pause = TimeSpan.Zero;
        for (var repeats = 0; ; repeats++)
        {
            var decision = RetryRules.Decide(options.Retry, Describe(call, finished, repeats, pause, time), Budget);
            _telemetry.OnRetryDecision(decision);
            if (!decision.Repeats || !await PauseAsync(pause = decision.After, call.Caller))
            {
                _telemetry.OnCall(began, finished.Outcome.Exception);
                return finished.Outcome;
            }

            var now = _time.GetTimestamp();
            var next = options.Hedging.Enabled && call is { IsIdempotent: true, CanHedge: true }
                ? await HedgeAsync<T, TCall>(call, repeats + 1, Breaker.TryEnter(options.CircuitBreaker, now), options, time, now)
                : await AttemptAsync<T, TCall>(call, repeats + 1, options, time, now, call.Caller);
            if (next.Verdict.Result is AttemptResult.Rejected || (next.Outcome.Exception is TimeoutRejectedException && time.IsExpired))
            {
                _telemetry.OnCall(began, finished.Outcome.Exception);
                return finished.Outcome;
            }

            call.Discard(finished.Outcome);
            finished = next;
            if (finished.Verdict.Result == AttemptResult.Final)
            {
                _telemetry.OnCall(began, finished.Outcome.Exception);
                return finished.Outcome;
            }
        }
    }

    private FinishedAttempt Describe<T, TCall>(in TCall call, in FinishedCall<T> finished, int repeats, TimeSpan previous, in CallTime time)
        where TCall : struct, ICall<T> => new()
    {
        Result = finished.Verdict.Result,
        Repeats = repeats,
        Idempotent = call.IsIdempotent,
        Replayable = call.CanRepeat,
        RetryAfter = finished.Verdict.RetryAfter,
        Remaining = time.Remaining,
        PreviousDelay = previous,
        Random = _jitter.Next(),
    };

    /// <returns>False when the caller gave up meanwhile.</returns>
    private async ValueTask<bool> PauseAsync(TimeSpan pause, CancellationToken caller)
    {
        if (pause > TimeSpan.Zero)
        {
            await Task.Delay(pause, _time, caller).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return !caller.IsCancellationRequested;
    }

    private ValueTask<FinishedCall<T>> AttemptAsync<T, TCall>(
        TCall call, int attempt, DependencyOptions options, in CallTime time, long now, CancellationToken caller)
        where TCall : struct, ICall<T> =>
        AttemptAsync<T, TCall>(call, attempt, Breaker.TryEnter(options.CircuitBreaker, now), options, time, now, caller);

    private ValueTask<FinishedCall<T>> AttemptAsync<T, TCall>(
        TCall call, int attempt, in BreakerTicket ticket, DependencyOptions options, in CallTime time, long now, CancellationToken caller)
        where TCall : struct, ICall<T>
    {
        if (!ticket.Admitted)
        {
            return new(Rejected<T>(Broken(ticket)));
        }

        return options.Bulkhead.Scope == BulkheadScope.Call || Bulkhead.TryAcquire()
            ? RunAsync<T, TCall>(call, attempt, options, time, ticket, now, caller)
            : QueueAsync<T, TCall>(call, attempt, options, time, ticket, caller);
    }

    private async ValueTask<FinishedCall<T>> QueueAsync<T, TCall>(
        TCall call, int attempt, DependencyOptions options, CallTime time, BreakerTicket ticket, CancellationToken caller)
        where TCall : struct, ICall<T>
    {
        bool admitted;
        try
        {
            admitted = await Bulkhead.AcquireAsync(call.Priority, QueueWait(time, options), caller);
        }
        catch (OperationCanceledException cancelled)
        {
            Breaker.Exit(ticket, CallResult.Neutral, TimeSpan.Zero, options.CircuitBreaker, _time.GetTimestamp());
            return new FinishedCall<T>(Outcome.FromException<T>(cancelled), new CallVerdict(AttemptResult.Cancelled));
        }

        if (admitted)
        {
            return await RunAsync<T, TCall>(call, attempt, options, time, ticket, _time.GetTimestamp(), caller);
        }

        Breaker.Exit(ticket, CallResult.Neutral, TimeSpan.Zero, options.CircuitBreaker, _time.GetTimestamp());
        return Rejected<T>(Full(options));
    }

    private static TimeSpan QueueWait(in CallTime time, DependencyOptions options) =>
        time.Remaining is { } remaining && remaining < options.Bulkhead.MaxQueueWait ? remaining : options.Bulkhead.MaxQueueWait;

    private BulkheadRejectedException Full(DependencyOptions options)
    {
        _telemetry.OnBulkheadRejected();
        return new BulkheadRejectedException(
            $"'{Name}' was not called: {Bulkhead.Snapshot().Limit} calls were running and none ended within {options.Bulkhead.MaxQueueWait.TotalMilliseconds:0} ms (Bulkhead).");
    }

    private ValueTask<FinishedCall<T>> RunAsync<T, TCall>(
        TCall call, int attempt, DependencyOptions options, in CallTime time, BreakerTicket ticket, long now, CancellationToken caller)
        where TCall : struct, ICall<T>
    {
        var limit = time.AttemptLimit(options.AttemptTimeout.Limit, now);
        var running = new RunningAttempt(options, ticket, _timers.Start(limit, now, caller), _telemetry.StartAttempt(attempt), limit, attempt, now);
        var outcome = Volatile.Read(ref _chaos) is { } chaos
            ? chaos.AttemptAsync<T, TCall>(call, attempt, limit, running.Lease.Token)
            : call.AttemptAsync(attempt, limit, running.Lease.Token);
        if (outcome.IsCompletedSuccessfully)
        {
            return new(Finish(call, outcome.GetAwaiter().GetResult(), running));
        }

        return AwaitAttemptAsync(call, outcome, running);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FinishedCall<T>> AwaitAttemptAsync<T, TCall>(TCall call, ValueTask<Outcome<T>> outcome, RunningAttempt running)
        where TCall : struct, ICall<T> => Finish(call, await outcome, running);

    private FinishedCall<T> Finish<T, TCall>(in TCall call, Outcome<T> outcome, in RunningAttempt running)
        where TCall : struct, ICall<T>
    {
        var now = _time.GetTimestamp();
        var duration = _time.GetElapsedTime(running.StartedAt, now);
        CallVerdict verdict;
        switch (outcome.Exception is OperationCanceledException ? running.Lease.End : AttemptEnd.None)
        {
            case AttemptEnd.CallerCancelled:
                verdict = new CallVerdict(AttemptResult.Cancelled);
                break;
            case AttemptEnd.TimedOut:
                outcome = Outcome.FromException<T>(new TimeoutRejectedException(
                    $"'{Name}' did not answer within {running.Limit.GetValueOrDefault().TotalMilliseconds:0} ms.", running.Limit.GetValueOrDefault(), outcome.Exception!));
                verdict = new CallVerdict(AttemptResult.Failure);
                _telemetry.OnTimeout();
                break;
            default:
                verdict = CallJudge.IsAnswer(outcome.Exception, running.Options.ShouldHandle) ? new CallVerdict(AttemptResult.Final) : call.Judge(outcome);
                break;
        }

        Breaker.Exit(running.Ticket, verdict.ForBreaker, duration, running.Options.CircuitBreaker, now);
        if (running.Options.Bulkhead.Scope == BulkheadScope.Attempt)
        {
            Bulkhead.Release(verdict.ForBulkhead, running.StartedAt, now);
        }

        running.Lease.Dispose();
        if (verdict.Result is AttemptResult.Final or AttemptResult.Cancelled)
        {
            // A cancelled loser took at least this long; without it the percentile would drift down.
            _latencies.Record(duration);
        }

        _telemetry.OnAttempt(running.Attempt, duration, verdict.Result != AttemptResult.Final, outcome.Exception, running.Activity);
        return new FinishedCall<T>(outcome, verdict);
    }

    /// <summary>
    /// Starts a second attempt when the first takes longer than usual; the first answer wins, the others are cancelled and
    /// released. Each attempt is admitted by breaker and bulkhead for itself and paid from the budget of repeats.
    /// </summary>
    private async ValueTask<FinishedCall<T>> HedgeAsync<T, TCall>(
        TCall call, int attempt, BreakerTicket ticket, DependencyOptions options, CallTime time, long began)
        where TCall : struct, ICall<T>
    {
        var delay = _hedge.Delay(options.Hedging);
        using var losers = CancellationTokenSource.CreateLinkedTokenSource(call.Caller);
        var attempts = new List<Task<FinishedCall<T>>> { AttemptAsync<T, TCall>(call, attempt, ticket, options, time, began, losers.Token).AsTask() };
        FinishedCall<T>? failed = null;
        while (true)
        {
            var mayHedge = delay is not null && attempts.Count <= options.Hedging.MaxHedgedAttempts && call.CanRepeat && failed is null;
            var first = await FirstAsync(attempts, mayHedge ? delay : null, losers.Token);
            if (first is null)
            {
                if (!losers.IsCancellationRequested && Budget.TryWithdraw(options.Retry.Budget))
                {
                    _telemetry.OnHedge();
                    attempts.Add(AttemptAsync<T, TCall>(call, attempt + attempts.Count, options, time, _time.GetTimestamp(), losers.Token).AsTask());
                }
                else
                {
                    delay = null;
                }

                continue;
            }

            attempts.Remove(first);
            var finished = await first;
            if (finished.Verdict.Result != AttemptResult.Final && attempts.Count > 0)
            {
                // Another attempt still runs and may do better; the truest failure is kept in case it does not.
                failed = Keep(call, failed, finished);
                continue;
            }

            await losers.CancelAsync();
            foreach (var loser in attempts)
            {
                _ = DiscardAsync(call, loser);
            }

            return finished.Verdict.Result == AttemptResult.Final ? Release(call, failed, finished) : Keep(call, failed, finished);
        }
    }

    private async ValueTask<Task<FinishedCall<T>>?> FirstAsync<T>(List<Task<FinishedCall<T>>> attempts, TimeSpan? delay, CancellationToken stop)
    {
#pragma warning disable MA0100 // The source only ends the delay; the attempts go on.
        var first = Task.WhenAny(attempts);
        if (delay is not { } wait)
        {
            return await first;
        }

        using var enough = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var earlier = await Task.WhenAny(first, Task.Delay(wait, _time, enough.Token));
        await enough.CancelAsync();
        return earlier == first || first.IsCompleted ? await first : null;
#pragma warning restore MA0100
    }

    private static FinishedCall<T> Keep<T, TCall>(in TCall call, FinishedCall<T>? before, in FinishedCall<T> now)
        where TCall : struct, ICall<T>
    {
        if (before is not { } earlier)
        {
            return now;
        }

        var keepsEarlier = now.Verdict.Result is AttemptResult.Rejected or AttemptResult.Cancelled;
        call.Discard(keepsEarlier ? now.Outcome : earlier.Outcome);
        return keepsEarlier ? earlier : now;
    }

    private static FinishedCall<T> Release<T, TCall>(in TCall call, FinishedCall<T>? before, in FinishedCall<T> now)
        where TCall : struct, ICall<T>
    {
        if (before is { } earlier)
        {
            call.Discard(earlier.Outcome);
        }

        return now;
    }

    private static async Task DiscardAsync<T, TCall>(TCall call, Task<FinishedCall<T>> loser)
        where TCall : struct, ICall<T>
    {
        var finished = await loser;
        call.Discard(finished.Outcome);
    }

    private BrokenCircuitException Broken(in BreakerTicket ticket) => ticket.RetryAfter is { } retryAfter
        ? new BrokenCircuitException(_openMessage, retryAfter)
        : new BrokenCircuitException(_heldMessage);

    private static FinishedCall<T> Rejected<T>(Exception exception) =>
        new(Outcome.FromException<T>(exception), new CallVerdict(AttemptResult.Rejected));
}
