using Resilience.Regions;

namespace Resilience.Evidence;

/// <summary>
/// The evidence of one loss of a writer: what happened when, and how long each phase of the recovery took. Times come
/// from one monotonic clock and are shown in UTC; the phases add up to <see cref="Rto"/>.
/// </summary>
public sealed record FailoverRecord
{
    /// <summary>Names this record in every place where it is kept or sent.</summary>
    public required string Id { get; init; }

    /// <summary>The dependency whose writer was lost.</summary>
    public required string Dependency { get; init; }

    /// <summary>The region that wrote before.</summary>
    public required string FromRegion { get; init; }

    /// <summary>The region that writes now; equal to <see cref="FromRegion"/> when the same writer came back.</summary>
    public required string ToRegion { get; init; }

    /// <summary>The epoch of the writer after the switch.</summary>
    public required long Epoch { get; init; }

    /// <summary>Why the writer was given up, in words without secrets.</summary>
    public required string Reason { get; init; }

    /// <summary>What seemed to be the matter, from the answers of all regions.</summary>
    public required WriterDiagnosis Diagnosis { get; init; }

    /// <summary>The answers that it rests on, in words without secrets.</summary>
    public required string Evidence { get; init; }

    /// <summary>When the last answered probe of the old writer was sent: it was alive then.</summary>
    public required DateTimeOffset LastContactAt { get; init; }

    /// <summary>The first failure that was seen. The recovery time is counted from here.</summary>
    public required DateTimeOffset FirstSignAt { get; init; }

    /// <summary>When the writer was declared lost.</summary>
    public required DateTimeOffset DetectedAt { get; init; }

    /// <summary>When a promoted server was first seen; null when the same writer came back.</summary>
    public DateTimeOffset? PromotionSeenAt { get; init; }

    /// <summary>When the new writer had proven itself and its claim was written down.</summary>
    public required DateTimeOffset ValidatedAt { get; init; }

    /// <summary>When it was decided to follow it.</summary>
    public required DateTimeOffset DecidedAt { get; init; }

    /// <summary>When new work went to it.</summary>
    public required DateTimeOffset SwitchedAt { get; init; }

    /// <summary>The first commit on it, or the first connection handed out where the application commits by itself; null until then.</summary>
    public DateTimeOffset? FirstSuccessAt { get; init; }

    /// <summary>The recovery time objective, when one is configured.</summary>
    public TimeSpan? RtoTarget { get; init; }

    /// <summary>The recovery point objective, when one is configured.</summary>
    public TimeSpan? RpoTarget { get; init; }

    /// <summary>
    /// How much older than the last contact with the old writer the data of the freshest standby was. With asynchronous replication
    /// commits of so long a time may be lost; measured in steps of the probe interval, 1 s. Null when no standby was known, or the
    /// writer still answered.
    /// </summary>
    public TimeSpan? Exposure { get; init; }

    /// <summary>
    /// Whether the writer was set read-only while it was well, as for a planned switchover, and did not fail. A server that is set
    /// read-only because its disk is full looks the same.
    /// </summary>
    public bool IsPlanned { get; init; }

    /// <summary>Who approved the switch; empty when it was automatic.</summary>
    public IReadOnlyList<SwitchConsent> Approvals { get; init; } = [];

    /// <summary>What became of the operations that it caught. Counted on while they are done again, after the switch.</summary>
    public OperationCounts Operations { get; init; } = new();

    /// <summary>First sign to declared lost.</summary>
    public TimeSpan Detection => DetectedAt - FirstSignAt;

    /// <summary>Declared lost to proven successor. It includes the wait for somebody to promote one.</summary>
    public TimeSpan Validation => ValidatedAt - DetectedAt;

    /// <summary>Proven to decided: the wait for approvals; nothing when switching is automatic.</summary>
    public TimeSpan Decision => DecidedAt - ValidatedAt;

    /// <summary>Decided to switched.</summary>
    public TimeSpan Switch => SwitchedAt - DecidedAt;

    /// <summary>Switched to first success; null until then.</summary>
    public TimeSpan? FirstSuccess => FirstSuccessAt - SwitchedAt;

    /// <summary>The actual recovery time: first sign to first success; null until then.</summary>
    public TimeSpan? Rto => FirstSuccessAt - FirstSignAt;
}
