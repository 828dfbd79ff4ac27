using System.Collections.Immutable;

namespace Resilience.Regions;

/// <summary>A transition worth a log line, a metric and a place in the evidence. Probes that change nothing make none.</summary>
/// <param name="At">When it happened, on the process's monotonic clock.</param>
/// <param name="Region">The region it is about.</param>
internal abstract record TopologyEvent(TimeSpan At, string Region);

/// <summary>First sign that the writer may be gone.</summary>
internal sealed record WriterSuspected(TimeSpan At, string Region, RegionFailure Failure) : TopologyEvent(At, Region);

/// <summary>The suspicion was wrong, or the same writer came back.</summary>
internal sealed record WriterConfirmed(TimeSpan At, string Region, WriterTerm Term, bool WasLost) : TopologyEvent(At, Region);

/// <summary>The writer is gone: nobody may be written to.</summary>
/// <param name="At">When it was decided.</param>
/// <param name="Region">The former writer.</param>
/// <param name="LastContactAt">When its last answered probe was sent.</param>
/// <param name="Reason">Why, in words.</param>
internal sealed record WriterLost(TimeSpan At, string Region, TimeSpan LastContactAt, string Reason) : TopologyEvent(At, Region)
{
    /// <summary>How much older than the last contact the data of the freshest standby was; null when none was known, or the writer still answers.</summary>
    public TimeSpan? Exposure { get; init; }

    /// <summary>Whether it was set read-only while it was well.</summary>
    public bool IsPlanned { get; init; }
}

/// <summary>A region other than the last writer was seen out of recovery and writable.</summary>
internal sealed record PromotionSeen(TimeSpan At, string Region, WriterTerm Term) : TopologyEvent(At, Region);

/// <summary>A region was proven to be the writer, ours, newest, its claim written down: writes go to it from now on.</summary>
/// <param name="At">When it was decided.</param>
/// <param name="Region">The new writer.</param>
/// <param name="Writer">Its state.</param>
/// <param name="Previous">The writer before it; null for the first.</param>
internal sealed record WriterElected(TimeSpan At, string Region, WriterState Writer, string? Previous) : TopologyEvent(At, Region);

/// <summary>A validated writer is not followed yet: an operator holds the switch, or people have to approve it.</summary>
internal sealed record SwitchHeld(TimeSpan At, string Region, string Holding, string Why) : TopologyEvent(At, Region);

/// <summary>Enough people have approved that writes move.</summary>
internal sealed record SwitchApproved(TimeSpan At, string Region, ImmutableArray<SwitchApproval> Approvals) : TopologyEvent(At, Region);

/// <summary>Regions that answer belong to different clusters and nothing tells which one is ours.</summary>
internal sealed record ClusterConflict(TimeSpan At, string Region, string Explanation) : TopologyEvent(At, Region);

/// <summary>A region became something else.</summary>
internal sealed record RegionChanged(TimeSpan At, string Region, RegionCondition From, RegionCondition To, string? Detail) : TopologyEvent(At, Region);

/// <summary>A reader has answered nothing for so long that what waits for it need not wait any more.</summary>
internal sealed record RegionSilent(TimeSpan At, string Region) : TopologyEvent(At, Region);

/// <summary>The server of a region is another process than it was: connections that were opened before are broken.</summary>
internal sealed record ServerRestarted(TimeSpan At, string Region) : TopologyEvent(At, Region);

/// <summary>A region may write, but our claim cannot be written down, so it is not followed.</summary>
internal sealed record ClaimRefused(TimeSpan At, string Region, RegionFailure Failure) : TopologyEvent(At, Region);

/// <summary>What seems to be the matter is something else than before.</summary>
/// <param name="At">When it was judged.</param>
/// <param name="Region">The writer, or the last one.</param>
/// <param name="From">What it was.</param>
/// <param name="To">What it is, and the evidence.</param>
internal sealed record DiagnosisChanged(TimeSpan At, string Region, WriterDiagnosis From, Diagnosis To) : TopologyEvent(At, Region);
