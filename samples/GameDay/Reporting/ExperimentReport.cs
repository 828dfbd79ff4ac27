using GameDay.Checks;
using GameDay.History;
using GameDay.Objectives;

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

    /// <summary>Null when nobody noted it; then the last entry of the timeline stands for it.</summary>
    public DateTimeOffset? EndedAt { get; init; }

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

    public RequestSeries Series { get; init; } = RequestSeries.Empty;

    /// <summary>What was injected. Moments of faults and episodes count as those of the timeline do.</summary>
    public IReadOnlyList<FaultSpan> Faults { get; init; } = [];

    public IReadOnlyList<Episode> Episodes { get; init; } = [];

    /// <summary>Null when the experiment stands for no system of the business impact analysis.</summary>
    public Impact? Impact { get; init; }

    /// <summary>Empty until the report is written, which compares <see cref="Rto"/> and <see cref="Rpo"/> with their targets.</summary>
    public IReadOnlyList<ObjectiveResult> Objectives { get; init; } = [];

    /// <summary>Null until the report is written.</summary>
    public RunEnvironment? Environment { get; init; }
}
