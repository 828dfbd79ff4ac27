namespace GameDay.Deployment;

/// <summary>Something that a replica said was not well with it.</summary>
/// <param name="Replica">Which replica.</param>
/// <param name="Subject">A dependency, the database, or the replica itself.</param>
/// <param name="Text">What was said.</param>
/// <param name="From">First seen.</param>
internal sealed record HealthEpisode(string Replica, string Subject, string Text, TimeSpan From)
{
    /// <summary>Not seen any more; null until then.</summary>
    public TimeSpan? To { get; init; }
}
