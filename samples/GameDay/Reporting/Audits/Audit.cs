using GameDay.Reporting.Trends;

namespace GameDay.Reporting.Audits;

/// <summary>The drill as an auditor files it: who did what when, against which objectives, and by which evidence.</summary>
internal sealed record Audit
{
    public string Report { get; } = "game-day";

    public required string Experiment { get; init; }

    public required string Hypothesis { get; init; }

    public required Verdict Verdict { get; init; }

    public required string Reason { get; init; }

    public required int Seed { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset? EndedAt { get; init; }

    public required RunEnvironment? Environment { get; init; }

    public required IReadOnlyList<AuditedObjective> Objectives { get; init; }

    /// <summary>Runs of the same experiment before this one, of those that are kept.</summary>
    public required int EarlierRuns { get; init; }

    public required IReadOnlyList<EvidenceFile> Evidence { get; init; }

    public string Scope { get; } =
        "One run on the machine named here. The hashes show whether a file was changed since; they do not show who wrote it. Keep this file where the runner cannot write.";

    public IReadOnlyList<ControlReference> Controls { get; } = ControlReference.All;

    public static async Task<Audit> OfAsync(ExperimentReport report, Trend trend, IEnumerable<string> evidence, CancellationToken ct)
    {
        var files = new List<EvidenceFile>();
        foreach (var path in evidence)
        {
            files.Add(await EvidenceFile.OfAsync(path, ct));
        }

        return new Audit
        {
            Experiment = report.Experiment,
            Hypothesis = report.Hypothesis,
            Verdict = report.Verdict,
            Reason = report.Reason,
            Seed = report.Seed,
            StartedAt = report.StartedAt,
            EndedAt = report.EndedAt,
            Environment = report.Environment,
            Objectives = [.. report.Objectives.Select(o => new AuditedObjective(o.Name, o.SetBy, o.TargetSeconds, o.ActualSeconds, o.Met))],
            EarlierRuns = trend.Entries.Count(e => e.Experiment == report.Experiment && e.Time < report.StartedAt),
            Evidence = files,
        };
    }
}
