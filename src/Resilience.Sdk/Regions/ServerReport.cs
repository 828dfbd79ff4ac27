using System.Collections.Immutable;

namespace Resilience.Regions;

/// <summary>What a server said of itself in one probe.</summary>
/// <param name="InRecovery">True on a standby.</param>
/// <param name="ReadOnly">True when the server refuses writes although it is not in recovery.</param>
/// <param name="SystemIdentifier">The cluster the server belongs to; equal on a primary and all its standbys. 0 while an Aurora cluster has no number yet.</param>
/// <param name="Timeline">The WAL timeline; null on a standby, and on Aurora.</param>
/// <param name="Lsn">The write position on a writer, the replay position on a standby, in bytes; 0 on Aurora.</param>
/// <param name="Epoch">The epoch row, or null while none exists.</param>
/// <param name="RoundTrip">How long the probe took.</param>
internal sealed record ServerReport(
    bool InRecovery,
    bool ReadOnly,
    long SystemIdentifier,
    int? Timeline,
    long Lsn,
    EpochRow? Epoch,
    TimeSpan RoundTrip)
{
    /// <summary>When the server process started, in microseconds by its own clock. Another value means that all its connections are gone.</summary>
    public long Incarnation { get; init; }

    /// <summary>Who has approved that writes move here, in this promotion.</summary>
    public ImmutableArray<SwitchApproval> Approvals { get; init; } = [];

    /// <summary>How far a standby has received the writer's log, in bytes; 0 elsewhere.</summary>
    public long Received { get; init; }

    /// <summary>Whether a standby holds a connection to the server it follows; null where that cannot be asked.</summary>
    public bool? IsFed { get; init; }

    /// <summary>What only Aurora says; null elsewhere.</summary>
    public AuroraStatus? Aurora { get; init; }

    public WriterTerm Term => new(Epoch?.Epoch ?? 0, Timeline ?? 0);

    /// <summary>
    /// Names the promotion by which this server came to write: the timeline that it began. Where there is none, the epoch that it
    /// leaves: the row's own, which the claim of the region raises by one. An approval is of this number.
    /// </summary>
    public int Promotion(string region) => Timeline
        ?? (int)(Epoch is null ? 0 : Epoch.WriterRegion == region ? Epoch.Epoch - 1 : Epoch.Epoch);

    /// <summary>
    /// True for a writer of an earlier reign. A missing row says nothing of the epoch (it may have been dropped), the
    /// timeline still does. And a timeline above the highest seen is a promotion of a server that followed it, even when its
    /// copy of the last claim was lost on the way; unless the timeline of the highest is not known (0).
    /// </summary>
    public bool IsOutdated(WriterTerm highest) =>
        !(highest.Timeline > 0 && Timeline > highest.Timeline) && (Epoch is null ? Timeline < highest.Timeline : Term < highest);
}
