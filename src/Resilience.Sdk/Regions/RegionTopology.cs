using System.Collections.Immutable;

namespace Resilience.Regions;

/// <summary>
/// All that is known of a dependency's regions. Immutable; <see cref="TopologyReducer"/> alone makes the next one.
/// </summary>
internal sealed record RegionTopology
{
    /// <summary>How many of the writer's positions are kept to measure staleness, the older ones further apart.</summary>
    public const int KeptPositions = 32;

    /// <summary>The regions, in the order of the configuration.</summary>
    public required ImmutableArray<RegionState> Regions { get; init; }

    public TopologyPhase Phase { get; init; } = TopologyPhase.Discovering;

    /// <summary>The region that may be written to, or null.</summary>
    public WriterState? Writer { get; init; }

    /// <summary>The last writer, kept after its loss: the same one coming back is no failover.</summary>
    public WriterState? LastWriter { get; init; }

    /// <summary>The region that should write its claim into the epoch row before it can be elected.</summary>
    public string? Claimant { get; init; }

    /// <summary>The highest term ever seen.</summary>
    public WriterTerm HighestTerm { get; init; }

    /// <summary>What an earlier run of this process, or another replica, saw; null when it is not known.</summary>
    public RememberedTerm? Remembered { get; init; }

    /// <summary>The cluster we belong to, once a writer was elected; null before.</summary>
    public long? SystemIdentifier { get; init; }

    /// <summary>The promotion that was announced last, so that it is announced once.</summary>
    public AnnouncedPromotion? Announced { get; init; }

    /// <summary>Set while regions of different clusters answer and none is chosen: why.</summary>
    public string? Conflict { get; init; }

    /// <summary>The promoted region that is not followed yet, or null.</summary>
    public HeldSwitch? Held { get; init; }

    /// <summary>Who has decided that writes go to no other region until it is taken back; null when nobody has.</summary>
    public string? HeldBy { get; init; }

    /// <summary>Whether the first writer is not chosen yet because other replicas, which may know better, have not been heard.</summary>
    public bool AwaitsOthers { get; init; }

    /// <summary>The promotion whose approval was told of last.</summary>
    public AnnouncedPromotion? Approved { get; init; }

    /// <summary>What seems to be the matter, from all that is known here.</summary>
    public Diagnosis Diagnosis { get; init; } = Diagnosis.Undecided;

    public ImmutableArray<WriterPosition> Positions { get; init; } = [];

    /// <summary>When the writer was first suspected in the present trouble; null while steady.</summary>
    public TimeSpan? SuspectedAt { get; init; }

    /// <summary>The last writer was set read-only while it was well, and no other is elected yet.</summary>
    public bool IsPlanned { get; init; }

    public RegionState this[string region] => Find(region)
        ?? throw new ArgumentException($"Region '{region}' is not part of this topology.", nameof(region));

    public static RegionTopology Create(IEnumerable<string> regions, RememberedTerm? remembered = null) =>
        new() { Regions = [.. regions.Select(name => new RegionState(name))], Remembered = remembered };

    /// <summary>
    /// The same regions seen afresh, remembering what protects the data: the cluster, the highest term, the generation.
    /// Used when the configuration changes, so that a new set of connections cannot be fooled either.
    /// </summary>
    public RegionTopology Restart(IEnumerable<string> regions) => Create(regions, Remembered) with
    {
        HighestTerm = HighestTerm,
        SystemIdentifier = SystemIdentifier,
        LastWriter = Writer ?? LastWriter,
        HeldBy = HeldBy,
        AwaitsOthers = AwaitsOthers,
    };

    /// <summary>Whether it says the same of the hold.</summary>
    public bool Follows(HoldState state) => HeldBy == state.Principal && AwaitsOthers == state.IsUnasked;

    /// <param name="state">Who holds all switches, and whether the others have been heard.</param>
    public RegionTopology With(HoldState state) => this with { HeldBy = state.Principal, AwaitsOthers = state.IsUnasked };

    /// <summary>
    /// With what another replica saw. Of two clusters the one that is ours counts; while that is not known, the one that was known first.
    /// </summary>
    public RegionTopology Told(RememberedTerm seen) => Remembered switch
    {
        null => this with { Remembered = seen },
        { } known when known.SystemIdentifier == seen.SystemIdentifier => seen.Term > known.Term ? this with { Remembered = seen } : this,
        _ when SystemIdentifier == seen.SystemIdentifier => this with { Remembered = seen },
        _ => this,
    };

    /// <summary>The highest term seen of a cluster: in this run, in an earlier one, or by another replica.</summary>
    public WriterTerm KnownTerm(long cluster)
    {
        var seen = SystemIdentifier == cluster || SystemIdentifier is null ? HighestTerm : default;
        return Remembered is { } before && before.SystemIdentifier == cluster && before.Term > seen ? before.Term : seen;
    }

    public RegionState? Find(string region)
    {
        foreach (var state in Regions)
        {
            if (string.Equals(state.Name, region, StringComparison.Ordinal))
            {
                return state;
            }
        }

        return null;
    }
}
