namespace Resilience.Regions;

/// <summary>What one replica knows of a hold. Immutable; the rules are here, and nobody else decides what counts.</summary>
/// <param name="Shared">The last decision of all replicas that this one knows of.</param>
internal sealed record HoldState(HoldDecision Shared)
{
    /// <summary>A decision made here that the others have not been told; null when there is none.</summary>
    public HoldDecision? Own { get; init; }

    /// <summary>Whether an own release counts although the others have not been told of it.</summary>
    public bool ActsAlone { get; init; }

    /// <summary>Whether there are others who have not been heard since this process started. It chooses no first writer before.</summary>
    public bool IsUnasked { get; init; }

    /// <summary>Who holds all switches, as far as this replica is concerned; null when nobody does.</summary>
    public string? Principal => Own switch
    {
        { Principal: { } holder } => holder,
        { } release when ActsAlone && release.Ends(Shared) => null,
        _ => Shared.Principal,
    };

    /// <summary>When the hold that counts here was decided; null when nobody holds. With the principal it tells one hold from another.</summary>
    public DateTimeOffset? HeldSince => Principal is null ? null : Own is { Principal: not null } hold ? hold.At : Shared.At;

    /// <summary>
    /// With a decision that is made here. A release means the hold that it names, else the one that is seen here, and no other that may be
    /// heard of meanwhile. One that the others have not been told may have reached them all the same, so its release is told, too; and what
    /// they have decided shows again. Nothing that has not been told is lost to a release of something else.
    /// </summary>
    /// <returns>The same when there is nothing to release, or something else is to be told first.</returns>
    public HoldState With(HoldDecision own)
    {
        if (own.Principal is not null)
        {
            return this with { Own = own, ActsAlone = false };
        }

        var seen = Own is { Principal: not null } ? Own : Shared;
        var release = own.EndedAt is not null ? own : own with { EndedHolder = seen.Principal, EndedAt = seen.At };
        return release.EndedHolder is null || (Own is { Principal: not null } && !release.Ends(Own)) || (Own is { Principal: null } && Own.Ends(Shared) && !release.Ends(Shared))
            ? this
            : this with { Own = release, ActsAlone = Own is { Principal: null } && ActsAlone };
    }

    /// <summary>
    /// What has to stand in the record that all share, so that no decision is lost and nothing is released by whoever did not know
    /// what they released. Null when nothing may be said yet.
    /// </summary>
    /// <param name="stored">What stands there; null when nothing does, as after the loss of all its data.</param>
    /// <param name="newEra">The era of what is decided now, should nothing be stored.</param>
    /// <param name="mayBeLost">Whether what stood there may just have been lost: then nobody says that nothing is held, so that those who know of a hold can write it again.</param>
    public HoldDecision? Merge(HoldDecision? stored, long newEra, bool mayBeLost) => Own switch
    {
        { Principal: not null } hold => stored is not null && (stored.IsSameAs(hold) || stored.Ends(hold)) ? stored : Next(hold, stored, newEra),
        { } release when stored is not null && release.Ends(stored) => Next(release, stored, stored.Era),
        { } release when release.Ends(Shared) => stored is not { Principal: not null } ? Next(release, stored, newEra) : stored,
        _ when stored is not null => Kept(stored),
        _ => Shared.Principal is null && mayBeLost ? null : Next(Shared, null, newEra),
    };

    /// <summary>The record has been read, and written where it had to be.</summary>
    /// <param name="merged">What stands there now.</param>
    /// <param name="told">The own decision that was merged into it; a later one is kept.</param>
    public HoldState After(HoldDecision merged, HoldDecision? told) => this with
    {
        Shared = merged,
        Own = ReferenceEquals(Own, told) ? null : Own,
        ActsAlone = !ReferenceEquals(Own, told) && ActsAlone,
        IsUnasked = false,
    };

    /// <summary>
    /// Within an era the later version counts. Between two nobody can say which is later: then a hold counts, unless what is stored is the
    /// release of this very hold. A release does not end what is stored: it may have taken the place of a later hold.
    /// </summary>
    private HoldDecision Kept(HoldDecision stored)
    {
        if (Shared.Principal is null || stored == Shared)
        {
            return stored;
        }

        if (stored.Era != Shared.Era)
        {
            return stored.Principal is not null || stored.Ends(Shared) ? stored : Next(Shared, stored, stored.Era);
        }

        return stored.Version > Shared.Version ? stored
            : stored.Version < Shared.Version ? Shared
            : Next(Shared, stored, stored.Era);
    }

    private static HoldDecision Next(HoldDecision decision, HoldDecision? stored, long newEra) => decision with
    {
        Era = stored?.Era ?? newEra,
        Version = (stored?.Version ?? 0) + 1,
    };
}
