using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Resilience.Internal;

namespace Resilience.Health;

/// <summary>Runs one loop for each check, whatever the number of those who ask. Thread-safe.</summary>
internal sealed partial class HealthMonitor(TimeProvider time, Func<Random> newRandom, ILogger logger) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, CheckLoop> _running = new(StringComparer.Ordinal);
    private ImmutableArray<CheckLoop> _all = [];
    private bool _stopped;

    /// <summary>The clock of all states.</summary>
    public MonotonicClock Clock { get; } = new(time);

    /// <summary>All checks by name.</summary>
    public ImmutableArray<CheckLoop> All
    {
        get
        {
            lock (_lock)
            {
                return _all;
            }
        }
    }

    /// <summary>The check of a name, or null.</summary>
    public CheckLoop? Find(string name)
    {
        lock (_lock)
        {
            return _running.GetValueOrDefault(name);
        }
    }

    /// <summary>Starts what is new, gives the others their rules and stops what is gone. What is known of a check that stays is kept.</summary>
    public void Apply(IReadOnlyCollection<(ICheck Check, CheckRules Rules)> wanted)
    {
        var names = wanted.Select(one => one.Check.Name).ToHashSet(StringComparer.Ordinal);
        List<CheckLoop> gone;
        lock (_lock)
        {
            if (_stopped)
            {
                return;
            }

            gone = [.. _running.Values.Where(loop => !names.Contains(loop.Name))];
            gone.ForEach(loop => _running.Remove(loop.Name));
            foreach (var (check, rules) in wanted)
            {
                if (_running.TryGetValue(check.Name, out var known))
                {
                    known.Rules = rules;
                }
                else
                {
                    _running.Add(check.Name, Start(check, rules));
                }
            }

            _all = [.. _running.Values.OrderBy(loop => loop.Name, StringComparer.Ordinal)];
        }

        foreach (var loop in gone)
        {
            _ = loop.DisposeAsync().AsTask();
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _stopped = true;
        }

        await Task.WhenAll(All.Select(loop => loop.DisposeAsync().AsTask()));
    }

    private CheckLoop Start(ICheck check, CheckRules rules)
    {
        var loop = new CheckLoop(check, rules, Clock, newRandom(), (before, after) => Log(check.Name, before, after));
        loop.Start();
        return loop;
    }

    private void Log(string name, CheckState before, CheckState after)
    {
        Guarded.Run(() =>
        {
            if (after.Status == CheckStatus.Unhealthy)
            {
                LogUnhealthy(logger, name, after.Reason, after.FailuresInARow);
            }
            else
            {
                LogChanged(logger, name, before.Status, after.Status);
            }
        });
    }

    [LoggerMessage(1400, LogLevel.Warning, "'{Check}' is unhealthy: {Reason}, {Failures} times in a row")]
    private static partial void LogUnhealthy(ILogger logger, string check, string? reason, int failures);

    [LoggerMessage(1401, LogLevel.Information, "'{Check}' was {Before} and is {After}")]
    private static partial void LogChanged(ILogger logger, string check, CheckStatus before, CheckStatus after);
}
