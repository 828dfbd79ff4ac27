using System.Diagnostics.Metrics;

namespace Resilience.Diagnostics;

/// <summary>The instruments of region switching. Only transitions are counted, never single probes.</summary>
internal static class RegionMetrics
{
    private static readonly Counter<long> Failovers = DrResilienceDiagnostics.Meter.CreateCounter<long>(
        "dr.region.failovers", "{failover}", "Elections that moved writes to another region.");

    private static readonly Counter<long> Transitions = DrResilienceDiagnostics.Meter.CreateCounter<long>(
        "dr.region.transitions", "{transition}", "Changes of a region's condition.");

    private static readonly Counter<long> Diagnoses = DrResilienceDiagnostics.Meter.CreateCounter<long>(
        "dr.region.diagnoses", "{diagnosis}", "Changes of what seems to be the matter with a writer.");

    private static readonly Counter<long> Resolved = DrResilienceDiagnostics.Meter.CreateCounter<long>(
        "dr.operations.resolved", "{operation}", "Commits without an answer whose outcome the operation ledger told.");

    private static readonly Counter<long> Repeats = DrResilienceDiagnostics.Meter.CreateCounter<long>(
        "dr.operations.repeated", "{attempt}", "Further attempts of operations and reads after a region failed.");

    private static readonly Counter<long> Reapplied = DrResilienceDiagnostics.Meter.CreateCounter<long>(
        "dr.operations.reapplied", "{operation}", "Acknowledged operations that a new writer did not have and that were done again there.");

    private static readonly Counter<long> Lost = DrResilienceDiagnostics.Meter.CreateCounter<long>(
        "dr.operations.lost", "{operation}", "Acknowledged operations that are lost with a former writer and could not be done again.");

    private static readonly Counter<long> Unprotected = DrResilienceDiagnostics.Meter.CreateCounter<long>(
        "dr.operations.unprotected", "{operation}", "Operations that are committed and no longer kept, or not in the journal, before all regions have them.");

    private static readonly Histogram<double> RecoveryTime = DrResilienceDiagnostics.Meter.CreateHistogram<double>(
        "dr.region.recovery_time", "s", "From the first sign of the loss of a writer to the first commit on the next.", tags: null, DurationBuckets.Advice);

    public static void CountFailover(string dependency, string region) =>
        Failovers.Add(1, new("dr.dependency", dependency), new("dr.region", region));

    public static void CountTransition(string dependency, string region, string condition) =>
        Transitions.Add(1, new("dr.dependency", dependency), new("dr.region", region), new("dr.condition", condition));

    public static void CountDiagnosis(string dependency, string diagnosis) =>
        Diagnoses.Add(1, new("dr.dependency", dependency), new("dr.diagnosis", diagnosis));

    public static void CountResolved(string dependency) => Resolved.Add(1, new KeyValuePair<string, object?>("dr.dependency", dependency));

    public static void CountReapplied(string dependency) => Reapplied.Add(1, new KeyValuePair<string, object?>("dr.dependency", dependency));

    public static void CountLost(string dependency) => Lost.Add(1, new KeyValuePair<string, object?>("dr.dependency", dependency));

    public static void CountUnprotected(string dependency) => Unprotected.Add(1, new KeyValuePair<string, object?>("dr.dependency", dependency));

    public static void CountRepeat(string dependency) => Repeats.Add(1, new KeyValuePair<string, object?>("dr.dependency", dependency));

    public static void RecordRecovery(string dependency, TimeSpan time) =>
        RecoveryTime.Record(time.TotalSeconds, new KeyValuePair<string, object?>("dr.dependency", dependency));
}
