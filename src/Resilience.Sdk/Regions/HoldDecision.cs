namespace Resilience.Regions;

/// <summary>Whether all switches of a database are held: what somebody decided last, as the replicas of a service tell each other.</summary>
/// <param name="Era">Which record its version counts in: a new one begins with whatever is written while nothing is stored, as after a loss.</param>
/// <param name="Version">Grows with every decision of an era. 0: nobody has decided anything.</param>
/// <param name="Principal">Who holds; null when nobody does.</param>
/// <param name="At">When it was decided, on the clock of the replica that was told. With the principal it tells one hold from another.</param>
internal sealed record HoldDecision(long Era, long Version, string? Principal, DateTimeOffset At)
{
    /// <summary>Nobody has decided anything.</summary>
    public static readonly HoldDecision None = new(0, 0, null, default);

    /// <summary>Of a release: who held before.</summary>
    public string? EndedHolder { get; init; }

    /// <summary>Of a release: when that hold was decided.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Whether it is the release of that very hold.</summary>
    public bool Ends(HoldDecision hold) => Principal is null && hold.Principal is not null && EndedHolder == hold.Principal && EndedAt == hold.At;

    /// <summary>Whether both are the same decision of the same person, wherever they stand.</summary>
    public bool IsSameAs(HoldDecision other) => Principal == other.Principal && At == other.At;
}
