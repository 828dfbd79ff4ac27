using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Resilience.Degradation.Episodes;
using Resilience.Degradation.Fallbacks;
using Resilience.Degradation.Plan;
using Resilience.Diagnostics;
using Resilience.Internal;
using Resilience.Queueing;

#pragma warning disable VSTHRD103 // Results are taken synchronously only from tasks that are completed: that is the fast path.

namespace Resilience.Degradation;

/// <summary>
/// Makes calls, and does what the plan says when they fail. While all is well a call costs a look-up and two reads, and
/// allocates nothing.
/// </summary>
internal sealed class Degrader : IDegradation
{
    private readonly DegradationRegistry _registry;
    private readonly IServiceProvider _services;
    private readonly FallbackRunner _fallbacks;
    private readonly IReadOnlyList<IDegradationListener> _listeners;
    private readonly Jitter _jitter;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, object> _queues = new(StringComparer.Ordinal);
    private FrozenDictionary<string, RuleRuntime> _rules = FrozenDictionary<string, RuleRuntime>.Empty;
    private DegradationEffects _effects = DegradationEffects.Of(DegradationPlan.Empty, _ => false);

    public Degrader(DegradationRegistry registry, IServiceProvider services, FallbackRunner fallbacks, EpisodeClock clock, IEnumerable<IDegradationListener> listeners, TimeProvider time, Random random)
    {
        _registry = registry;
        _services = services;
        _fallbacks = fallbacks;
        Clock = clock;
        _listeners = [.. listeners];
        _time = time;
        _jitter = new Jitter(random);
    }

    public EpisodeClock Clock { get; }

    public string PersonalizationLevel => Effects.Level;

    /// <summary>What active episodes do now.</summary>
    public DegradationEffects Effects
    {
        get => Volatile.Read(ref _effects);
        set => Volatile.Write(ref _effects, value);
    }

    /// <summary>The rules in use; a call keeps those that it began with.</summary>
    public FrozenDictionary<string, RuleRuntime> Rules
    {
        get => Volatile.Read(ref _rules);
        set => Volatile.Write(ref _rules, value);
    }

    public bool IsDisabled(string feature) => Effects.DisabledFeatures.Contains(feature);

    public ValueTask<Outcome<TResult>> ExecuteAsync<TRequest, TResult>(
        string service, TRequest request, Func<TRequest, CancellationToken, ValueTask<TResult>> primary, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(primary);
        if (!Rules.TryGetValue(service, out var rule))
        {
            return PlainAsync(request, primary, cancellationToken);
        }

        rule.Episode.Calls.Count();
        if (rule.Episode.State.Phase != EpisodePhase.Healthy && !IsCalled(rule))
        {
            return InsteadAsync(rule, request, primary, cancellationToken);
        }

        ValueTask<TResult> running;
        try
        {
            running = primary(request, cancellationToken);
        }
        catch (Exception exception) when (DependencyFailure.Is(exception, cancellationToken))
        {
            return DegradeAsync<TRequest, TResult>(rule, request, exception, cancellationToken);
        }

        if (!running.IsCompletedSuccessfully)
        {
            return AwaitAsync(rule, request, running, cancellationToken);
        }

        var result = running.GetAwaiter().GetResult();
        Succeeded(rule, request, result);
        return new(Outcome<TResult>.Normal(result));
    }

    private static async ValueTask<Outcome<TResult>> PlainAsync<TRequest, TResult>(
        TRequest request, Func<TRequest, CancellationToken, ValueTask<TResult>> primary, CancellationToken cancellationToken) =>
        Outcome<TResult>.Normal(await primary(request, cancellationToken));

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Outcome<TResult>> AwaitAsync<TRequest, TResult>(
        RuleRuntime rule, TRequest request, ValueTask<TResult> running, CancellationToken cancellationToken)
    {
        TResult result;
        try
        {
            result = await running;
        }
        catch (Exception exception) when (DependencyFailure.Is(exception, cancellationToken))
        {
            return await DegradeAsync<TRequest, TResult>(rule, request, exception, cancellationToken);
        }

        Succeeded(rule, request, result);
        return Outcome<TResult>.Normal(result);
    }

    /// <summary>
    /// Whether a call of an episode goes to the dependency. While it is down, only if calls are needed to find out that it is
    /// back; then by the share that has come back.
    /// </summary>
    private bool IsCalled(RuleRuntime rule) => rule.Episode.Condition switch
    {
        DependencyCondition.Down => false,
        DependencyCondition.DownUntilCalled => true,
        _ => rule.Episode.State.Phase == EpisodePhase.Degraded
            ? _jitter.Next() < Clock.Rules.FirstShare
            : _jitter.Next() < rule.Episode.State.Share(Clock.Now, Clock.Rules),
    };

    /// <summary>An action instead of a call; the call all the same when no action can answer.</summary>
    private async ValueTask<Outcome<TResult>> InsteadAsync<TRequest, TResult>(
        RuleRuntime rule, TRequest request, Func<TRequest, CancellationToken, ValueTask<TResult>> primary, CancellationToken cancellationToken)
    {
        var outcome = await DegradeAsync<TRequest, TResult>(rule, request, new DependencyDownException(rule.Rule.Dependency), cancellationToken);
        if (outcome.Kind != OutcomeKind.Failed)
        {
            return outcome;
        }

        try
        {
            var result = await primary(request, cancellationToken);
            Succeeded(rule, request, result);
            return Outcome<TResult>.Normal(result);
        }
        catch (Exception exception) when (DependencyFailure.Is(exception, cancellationToken))
        {
            return Outcome<TResult>.Failed(rule.Rule.Service, exception, outcome.RetryAfter);
        }
    }

    /// <summary>The first action that applies gives the result. One that fails is noted, and the next is tried.</summary>
    private async ValueTask<Outcome<TResult>> DegradeAsync<TRequest, TResult>(
        RuleRuntime rule, TRequest request, Exception error, CancellationToken cancellationToken)
    {
        TimeSpan? retryAfter = null;
        foreach (var action in rule.RequestActions)
        {
            try
            {
                var outcome = action switch
                {
                    QueueAction queue => await QueueAsync<TRequest, TResult>(rule, queue, request, error, cancellationToken),
                    FallbackAction fallback => await FallBackAsync<TRequest, TResult>(rule, fallback, request, error, cancellationToken),
                    _ => null,
                };
                if (outcome is { } answer)
                {
                    Tell(new DegradationNote(rule.Rule.Service, action.Name, answer.Source!, answer.Age));
                    return answer;
                }
            }
#pragma warning disable CA1031 // Whatever an action throws, the next one is tried.
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested && exception is not RequestConflictException)
#pragma warning restore CA1031
            {
                retryAfter = (exception as RequestQueueException)?.RetryAfter ?? retryAfter;
                DegradationMetrics.CountRequest(rule.Rule.Service, action.Name, "failed");
                Activity.Current?.AddEvent(new ActivityEvent($"dr.action.failed {action.Name}"));
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
        DegradationMetrics.CountRequest(rule.Rule.Service, "none", "failed");
        return Outcome<TResult>.Failed(rule.Rule.Service, error, retryAfter);
    }

    private void Tell(DegradationNote note)
    {
        DegradationMetrics.CountRequest(note.Service, note.Action, "answered");
        foreach (var listener in _listeners)
        {
            listener.Degraded(note);
        }
    }

    private async ValueTask<Outcome<TResult>?> QueueAsync<TRequest, TResult>(
        RuleRuntime rule, QueueAction action, TRequest request, Exception error, CancellationToken cancellationToken)
    {
        var service = rule.Rule.Service;
        if (_queues.GetOrAdd(service, static (name, self) => self._registry.Queues[name](self._services), this) is not IRequestQueue<TRequest> queue)
        {
            return null;
        }

        var key = await queue.EnqueueAsync(request, cancellationToken);
        return Outcome<TResult>.Queued(service, service, key, action.Message, Clock.Rules.Dwell, error);
    }

    private async ValueTask<Outcome<TResult>?> FallBackAsync<TRequest, TResult>(
        RuleRuntime rule, FallbackAction action, TRequest request, Exception error, CancellationToken cancellationToken)
    {
        if (_registry.Fallbacks[action.Use] is not Fallback<TRequest, TResult> fallback)
        {
            return null;
        }

        var answer = await _fallbacks.RunAsync(fallback, request, cancellationToken);
        return Outcome<TResult>.Fallback(answer.Value, rule.Rule.Service, fallback.Name, answer.Age, error);
    }

    /// <summary>Fallbacks that keep answers are told; those that are to be exercised are, off the call's path.</summary>
    private void Succeeded<TRequest, TResult>(RuleRuntime rule, TRequest request, TResult result)
    {
        foreach (var action in rule.RequestActions)
        {
            if (action is FallbackAction { Use: var use } && _registry.Fallbacks[use] is Fallback<TRequest, TResult> fallback)
            {
                if (fallback.Remembers)
                {
                    Remember(fallback, request, result);
                }

                if (fallback.Options.Exercise > 0 && _jitter.Next() < fallback.Options.Exercise)
                {
                    _ = ExerciseAsync(rule, fallback, request);
                }
            }
        }
    }

    private void Remember<TRequest, TResult>(Fallback<TRequest, TResult> fallback, TRequest request, TResult result) =>
        Guarded.Run(() => fallback.Remember(_services, request, result));

    private async Task ExerciseAsync<TRequest, TResult>(RuleRuntime rule, Fallback<TRequest, TResult> fallback, TRequest request)
    {
        await Task.Yield();
        var began = _time.GetTimestamp();
        var result = "succeeded";
        try
        {
            await _fallbacks.RunAsync(fallback, request, CancellationToken.None);
        }
#pragma warning disable CA1031 // That is what it is run for.
        catch (Exception)
#pragma warning restore CA1031
        {
            result = "failed";
        }

        DegradationMetrics.RecordExercise(rule.Rule.Service, fallback.Name, result, _time.GetElapsedTime(began));
    }
}
