using GameDay.Checks;
using GameDay.History;

namespace GameDay.Reporting;

/// <summary>The record of a run, in the shape of report.json.</summary>
internal sealed record ExperimentReport
{
    public required string Experiment { get; init; }

    public required string Hypothesis { get; init; }

    public required Verdict Verdict { get; init; }

    /// <summary>The verdict in one sentence.</summary>
    public required string Reason { get; init; }

    public required int Seed { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required RequestCounts Requests { get; init; }

    public required LatencySummary LatencyMs { get; init; }

    public required RecoveryTime Rto { get; init; }

    public required RecoveryPoint Rpo { get; init; }

    public PromotionTimes? Promotion { get; init; }

    /// <summary>Null when the gateway could not be asked.</summary>
    public ChargeCounts? Charges { get; init; }

    public required IReadOnlyList<CheckResult> Checks { get; init; }

    public required IReadOnlyList<HistoryWindow> Windows { get; init; }

    /// <summary>The first few requests that failed.</summary>
    public IReadOnlyList<string> Failures { get; init; } = [];

    public required IReadOnlyList<TimelineEntry> Timeline { get; init; }
}
