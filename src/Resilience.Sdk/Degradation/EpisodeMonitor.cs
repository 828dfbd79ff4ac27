using System.Collections.Frozen;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Resilience.Degradation.Alerts;
using Resilience.Degradation.Episodes;
using Resilience.Degradation.Plan;
using Resilience.Diagnostics;
using Resilience.Internal;

namespace Resilience.Degradation;

/// <summary>
/// Looks at the dependencies of all rules a few times a second, moves their episodes on, and puts into effect what plan and
/// episodes ask for together. The only writer of both. A plan that changes takes effect with the next round, its removed
/// rules included.
/// </summary>
internal sealed partial class EpisodeMonitor : IAsyncDisposable
{
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);

    private readonly Degrader _degrader;
    private readonly DegradationRegistry _registry;
    private readonly IServiceProvider _services;
    private readonly Func<DegradationPlan> _plan;
    private readonly Func<string, DependencyCondition> _condition;
    private readonly AlertDispatcher _alerts;
    private readonly EpisodeClock _clock;
    private readonly ILogger _logger;
    private readonly Dictionary<string, Episode> _episodes = new(StringComparer.Ordinal);
    private readonly Dictionary<ActiveAction, DateTimeOffset> _active = [];
    private TimeSpan _repeatedAt;
    private readonly CancellationTokenSource _stop = new();
    private DegradationPlan _current = DegradationPlan.Empty;
    private Task _loop = Task.CompletedTask;

    public EpisodeMonitor(
        Degrader degrader,
        DegradationRegistry registry,
        IServiceProvider services,
        Func<DegradationPlan> plan,
        Func<string, DependencyCondition> condition,
        AlertDispatcher alerts,
        ILogger<EpisodeMonitor> logger)
    {
        _degrader = degrader;
        _registry = registry;
        _services = services;
        _plan = plan;
        _condition = condition;
        _alerts = alerts;
        _clock = degrader.Clock;
        _logger = logger;
    }

    /// <summary>The episodes, for those who show them.</summary>
    public ImmutableArray<Episode> Episodes => [.. _degrader.Rules.Values.Select(rule => rule.Episode).Distinct()];

    public void Start()
    {
        Tick();
        _loop = Task.Run(() => RunAsync(_stop.Token), CancellationToken.None);
    }

    /// <summary>One round. Not from two threads.</summary>
    public void Tick()
    {
        var plan = _plan();
        if (!ReferenceEquals(plan, _current))
        {
            Take(plan);
        }

        foreach (var episode in _episodes.Values)
        {
            Move(episode);
        }

        var effects = DegradationEffects.Of(plan, dependency => _episodes.TryGetValue(dependency, out var episode) && episode.State.IsActive);
        _degrader.Effects = effects;
        Reconcile(effects.Actions);
        Repeat();
    }

    /// <summary>Ends the loop. May be called twice: the host stops it, then the container disposes of it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        foreach (var (active, began) in _active)
        {
            if (active.Action is AlertAction alert)
            {
                _alerts.Withdraw(Notice(active, alert, began, ended: null));
            }
        }

        _active.Clear();
    }

    private async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(Period, _clock.Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                Tick();
            }
#pragma warning disable CA1031 // The loop survives every round.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Guarded.Run(() => LogFailed(_logger, exception));
            }
        }
    }

    private void Take(DegradationPlan plan)
    {
        var dependencies = plan.Rules.Values.Select(rule => rule.Dependency).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in _episodes.Keys.Where(name => !dependencies.Contains(name)).ToList())
        {
            _episodes.Remove(gone);
        }

        foreach (var name in dependencies.Where(name => !_episodes.ContainsKey(name)))
        {
            _episodes.Add(name, new Episode(name));
        }

        _current = plan;
        _degrader.Rules = plan.Rules.ToFrozenDictionary(
            rule => rule.Key,
            rule => new RuleRuntime(rule.Value, _episodes[rule.Value.Dependency], [.. rule.Value.Actions.Where(action => action is QueueAction or FallbackAction)]),
            StringComparer.Ordinal);
    }

    private void Move(Episode episode)
    {
        var condition = _condition(episode.Dependency);
        var before = episode.State;
        episode.Calls.Measure(_clock.Now);
        var after = EpisodeReducer.Apply(before, condition != DependencyCondition.Well, _clock.Now, _clock.Rules);
        episode.Condition = condition;
        episode.State = after;
        if (after.Phase != before.Phase)
        {
            Guarded.Run(() =>
            {
                DegradationMetrics.CountTransition(episode.Dependency, after.Phase.ToString());
                LogPhase(_logger, episode.Dependency, before.Phase, after.Phase);
            });
        }
    }

    private void Reconcile(ImmutableHashSet<ActiveAction> wanted)
    {
        foreach (var (over, began) in _active.Where(active => !wanted.Contains(active.Key)).ToList())
        {
            _active.Remove(over);
            Tell(over, began, _clock.Time.GetUtcNow());
        }

        foreach (var begins in wanted.Where(action => !_active.ContainsKey(action)))
        {
            var now = _clock.Time.GetUtcNow();
            _active.Add(begins, now);
            Tell(begins, now, ended: null);
        }
    }

    private void Repeat()
    {
        var now = _clock.Now;
        if (now - _repeatedAt < AlertDispatcher.RepeatInterval)
        {
            return;
        }

        _repeatedAt = now;
        foreach (var (active, began) in _active)
        {
            if (active.Action is AlertAction alert)
            {
                _alerts.Repeat(Notice(active, alert, began, ended: null));
            }
        }
    }

    private static AlertNotice Notice(ActiveAction active, AlertAction alert, DateTimeOffset began, DateTimeOffset? ended) =>
        new(active.Service, active.Dependency, alert.Severity, alert.Message, began, ended);

    private void Tell(ActiveAction active, DateTimeOffset began, DateTimeOffset? ended)
    {
        switch (active.Action)
        {
            case AlertAction alert:
                _alerts.Dispatch(Notice(active, alert, began, ended));
                break;
            case CustomAction custom:
                _ = RunAsync(custom, new EpisodeNotice(active.Service, active.Dependency, ended is null, custom.Settings));
                break;
        }
    }

    private async Task RunAsync(CustomAction action, EpisodeNotice notice)
    {
        await Task.Yield();
        try
        {
            await _registry.Actions[action.Name](_services, notice, _stop.Token);
        }
#pragma warning disable CA1031 // A failing action must not keep the others from theirs.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Guarded.Run(() => LogActionFailed(_logger, exception, action.Name, notice.Service));
        }
    }

    [LoggerMessage(1600, LogLevel.Warning, "'{Dependency}' was {Before} and is {After}")]
    private static partial void LogPhase(ILogger logger, string dependency, EpisodePhase before, EpisodePhase after);

    [LoggerMessage(1601, LogLevel.Error, "A look at the episodes failed; the next one comes")]
    private static partial void LogFailed(ILogger logger, Exception exception);

    [LoggerMessage(1602, LogLevel.Error, "Action '{Action}' of '{Service}' failed")]
    private static partial void LogActionFailed(ILogger logger, Exception exception, string action, string service);
}
