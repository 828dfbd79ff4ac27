using GameDay.Timing;

namespace GameDay.Deployment;

/// <summary>Looks at what the replicas say about themselves while an experiment runs, and keeps each change. Thread-safe.</summary>
internal sealed class HealthWatch(IReadOnlyList<Replica> replicas, RunClock clock, Action<ServiceHealth?> observed)
{
    /// <summary>The subject of an episode that the watch saw and the service did not say.</summary>
    public const string ReplicaItself = "replica";

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private readonly List<HealthEpisode> _episodes = [];

    /// <summary>What was not well, in the order in which it began; null ends are not over.</summary>
    public IReadOnlyList<HealthEpisode> Episodes
    {
        get
        {
            lock (_lock)
            {
                return [.. _episodes];
            }
        }
    }

    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                // One after the other: looking must not become a load.
                foreach (var replica in replicas)
                {
                    var health = await replica.Health.TryReadAsync(stop);
                    Note(replica.Name, health);
                    if (replica == replicas[0])
                    {
                        observed(health);
                    }
                }

                await Task.Delay(Interval, clock.Time, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // The experiment is over.
        }
    }

    private static Dictionary<string, string> TroublesOf(ServiceHealth? health)
    {
        if (health is null)
        {
            return new(StringComparer.Ordinal) { [ReplicaItself] = "does not answer" };
        }

        var troubles = new Dictionary<string, string>(health.Troubles, StringComparer.Ordinal);
        if (health.Diagnosis is not (null or "healthy" or "unknown"))
        {
            troubles["database"] = health.Diagnosis;
        }
        else if (health.Database is not ("connected" or "none"))
        {
            troubles["database"] = health.Database;
        }

        return troubles;
    }

    private void Note(string replica, ServiceHealth? health)
    {
        var troubles = TroublesOf(health);
        var now = clock.Now;
        lock (_lock)
        {
            for (var i = 0; i < _episodes.Count; i++)
            {
                var episode = _episodes[i];
                if (episode.To is null && episode.Replica == replica && !(troubles.Remove(episode.Subject, out var text) && text == episode.Text))
                {
                    _episodes[i] = episode with { To = now };
                    if (text is not null)
                    {
                        troubles[episode.Subject] = text;
                    }
                }
            }

            _episodes.AddRange(troubles.Select(trouble => new HealthEpisode(replica, trouble.Key, trouble.Value, now)));
        }
    }
}
