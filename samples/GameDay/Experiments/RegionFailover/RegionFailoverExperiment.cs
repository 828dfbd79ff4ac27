using GameDay.Reporting;

namespace GameDay.Experiments.RegionFailover;

/// <summary>The region that writes dies under load and the other is promoted.</summary>
internal sealed class RegionFailoverExperiment : IExperiment
{
    public string Name => "region-failover";

    public string Summary => "The writing database region is killed under load and the other is promoted one second later";

    public string Hypothesis =>
        "When the writing region dies and the other is promoted, no request of a client fails, writes are back within 60 s, no payment is "
        + "charged twice, and every acknowledged payment is on the survivor or named as lost by asynchronous replication.";

    public async Task<ExperimentReport> RunAsync(ExperimentSession session, CancellationToken ct)
    {
        var started = session.Clock.ToUtc(session.Clock.Now);
        var evidence = await new RegionFailoverRun(session).ExecuteAsync(ct);
        return RegionFailoverReport.Of(this, session, started, evidence);
    }
}
