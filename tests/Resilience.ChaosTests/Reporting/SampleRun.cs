using GameDay.Checks;
using GameDay.History;
using GameDay.Objectives;
using GameDay.Reporting;

namespace Resilience.ChaosTests.Reporting;

/// <summary>A constructed run of a region failover, with everything that a report can hold. The fault is at second 8 of its clock.</summary>
internal static class SampleRun
{
    public static readonly TimeSpan Fault = TimeSpan.FromSeconds(8);

    public static readonly DateTimeOffset Start = new(2026, 3, 4, 9, 30, 0, TimeSpan.Zero);

    private static readonly RecoveryTime Rto = new(60, 1.337353, new RecoveryPhases(0.20809, 1.019747, 0, 0.004532, 0.104984)) { SeenByClientSeconds = 1.51 };

    private static readonly RecoveryPoint Rpo = new(0, 0, 23.976);

    public static ExperimentReport Report()
    {
        var operations = Operations();
        var all = HistoryWindow.Of("all", operations);
        var system = BusinessImpact.Load(BusinessImpact.StandardPath).Find("Payment Processing")!;
        return new ExperimentReport
        {
            Experiment = "region-failover",
            Hypothesis = "When the writing region dies and the other is promoted, no request of a client fails, writes are back within 60 s, no payment is "
                + "charged twice, and every acknowledged payment is on the survivor or named as lost by asynchronous replication.",
            Verdict = Verdict.Failed,
            Reason = "The hypothesis did not hold. no request failed: 3 of 1800 failed.",
            Seed = 42,
            StartedAt = Start,
            EndedAt = Start.AddSeconds(18),
            Requests = new RequestCounts(all.Total, all.Succeeded, all.Degraded, all.Failed),
            LatencyMs = all.LatencyMs,
            Rto = Rto,
            Rpo = Rpo,
            Promotion = new PromotionTimes(125.3, 180),
            Charges = new ChargeCounts(1161, 0),
            Checks =
            [
                new CheckResult("steady state before the fault", true, "295 of 295 requests succeeded (300 were due), p99 110.6 ms"),
                new CheckResult("writes were back within the objective", true, "1.337 s of 60 s"),
                new CheckResult("no request failed", false, $"{all.Failed} of {all.Total} failed"),
                new CheckResult("no payment was charged twice", true, "1161 charges, 0 duplicates"),
            ],
            Windows = HistoryWindow.Split(operations, TimeSpan.FromSeconds(4), Fault, TimeSpan.FromSeconds(9.5)),
            Failures = [.. operations.Where(o => o.Outcome == Outcome.Failed).Select(o => $"{o.Kind} {o.Key}: {o.Error}")],
            Timeline = Timeline(),
            Series = RequestSeries.Of(operations, Fault),
            Faults = [new FaultSpan("kill -9", "us-east-1", 0, null), new FaultSpan("latency 200 ± 50 ms", "payment-gateway", 3, 6)],
            Episodes =
            [
                new Episode("payment-gateway", 3.4, 6.6, "breaker open"),
                new Episode("payment_service", 3.4, 7.1, "degraded: queue_for_retry, disable_feature"),
                new Episode("payment-service-7d9f", 0.2, 1.4, "pod not ready"),
            ],
            Objectives = ObjectiveResults.Of(Rto, Rpo, system),
            Impact = system.ImpactOf(TimeSpan.FromSeconds(Rto.ActualSeconds!.Value)),
            Environment = new RunEnvironment("drill", "bench-1", 2, "Debian GNU/Linux 12", ".NET 10.0.1", "0.1.0+abc", "0.1.0+abc"),
        };
    }

    /// <summary>100 a second for 18 seconds; those that meet the fault wait for the recovery.</summary>
    public static IReadOnlyList<Operation> Operations()
    {
        var random = new Random(42);
        return [.. Enumerable.Range(0, 1_800).Select(i =>
        {
            var at = i * 0.01;
            var noise = Math.Exp(random.NextDouble() * 2.5) * 0.004;
            var ended = at < 8 || at >= 9.34 ? at + noise : 9.34 + noise;
            var outcome = i is 815 or 816 or 905 ? Outcome.Failed : at is > 11.4 and < 15 && i % 3 == 0 ? Outcome.Degraded : Outcome.Succeeded;
            return Request(at, ended, outcome) with { Key = $"key-{i}", Error = outcome == Outcome.Failed ? "500: the writer is read-only" : null };
        })];
    }

    public static Operation Request(double at, double ended, Outcome outcome = Outcome.Succeeded) => new()
    {
        Kind = OperationKind.Pay,
        IntendedAt = TimeSpan.FromSeconds(at),
        SentAt = TimeSpan.FromSeconds(at),
        EndedAt = TimeSpan.FromSeconds(ended),
        Status = outcome == Outcome.Succeeded ? 201 : outcome == Outcome.Degraded ? 202 : 500,
        Outcome = outcome,
    };

    private static List<TimelineEntry> Timeline() =>
    [
        Entry(-8, "runner", "load started"),
        Entry(-4, "runner", "control window started"),
        Entry(0, "runner", "us-east-1, the writer, was killed"),
        Entry(0.004, "service", "first sign of failure"),
        Entry(0.208, "service", "us-east-1 declared lost: the server refuses connections"),
        Entry(1.001, "runner", "promotion of us-west-2 was ordered"),
        Entry(1.126, "runner", "us-west-2 was seen writable"),
        Entry(1.18, "service", "promotion of us-west-2 seen"),
        Entry(1.228, "service", "us-west-2 proven to be the successor"),
        Entry(1.228, "service", "decided to follow us-west-2"),
        Entry(1.232, "service", "new work goes to us-west-2"),
        Entry(1.337, "service", "first success on us-west-2"),
        Entry(1.51, "client", "first payment acknowledged by us-west-2"),
        Entry(3, "runner", "latency of 200 ± 50 ms on the way to payment-gateway"),
        Entry(6, "runner", "latency removed"),
        Entry(10, "runner", "load stopped"),
    ];

    private static TimelineEntry Entry(double seconds, string source, string text) => new(Start.AddSeconds(8 + seconds), seconds, source, text);
}
