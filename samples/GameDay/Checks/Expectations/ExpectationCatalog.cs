using System.Globalization;
using GameDay.CommandLine;
using GameDay.Deployment;
using GameDay.Experiments;
using GameDay.History;

namespace GameDay.Checks.Expectations;

/// <summary>All expectations by name. What must hold in every experiment is not here.</summary>
internal static class ExpectationCatalog
{
    public static IReadOnlyList<ExpectationKind> All { get; } =
    [
        new("failed-requests", "at most {0} requests failed", Count, FailedRequests),
        new("p99", "the slowest hundredth of the requests during the fault took less than {0}", Duration, P99),
        new("alert-within", "the service said within {0} that something is wrong", Duration, Alert),
        new("degraded", "{0} requests were answered with less than the full service", SomeOrNone, Degraded),
        new("lost-payments", "at most {0} acknowledged payments were lost", Count, Lost),
        new("parked-payments", "at most {0} payments wait for a person", Count, Parked),
        new("writer", "writes go to {0} in the end", AnyText, FinalWriter),
        new("failovers", "the service recorded {0} failovers", Count, Failovers),
        new("diagnosis", "the service said {0}", AnyText, Diagnosis),
        new("cache-filled", "the cache was filled again: {0}", value => value is "yes" ? null : "must be yes", CacheFilled),
        new("served", "all kinds of requests were answered again within {0} of the fault", Duration, Served),
    ];

    private static (bool Held, string Detail) FailedRequests(Evidence evidence, string limit)
    {
        var failed = evidence.Operations.Count(o => o.Outcome == Outcome.Failed);
        return (failed <= int.Parse(limit, CultureInfo.InvariantCulture), Text($"{failed} of {evidence.Operations.Count} failed"));
    }

    private static (bool Held, string Detail) P99(Evidence evidence, string limit)
    {
        var window = EvidenceWindows.DuringFault(evidence);
        var p99 = window.LatencyMs.P99;
        return (p99 < Parse(limit).TotalMilliseconds, Text($"{p99:0} ms of {window.Total} requests"));
    }

    /// <summary>The first of what its health showed and what it logged; a short failover is over before its health is looked at again.</summary>
    private static (bool Held, string Detail) Alert(Evidence evidence, string limit)
    {
        var shown = evidence.Episodes.Where(episode => episode.From >= evidence.FaultAt && episode.Subject != HealthWatch.ReplicaItself).MinBy(episode => episode.From);
        var (at, what) = shown is not null && !(evidence.LossDeclaredAt < shown.From)
            ? (shown.From, $"{shown.Replica}: {shown.Subject} {shown.Text}")
            : (evidence.LossDeclaredAt, "the writer was declared lost");
        return (at - evidence.FaultAt) is { } after
            ? (after <= Parse(limit), Text($"{what} after {after.TotalSeconds:0.0} s"))
            : (false, "its health showed nothing, and it declared no writer lost");
    }

    private static (bool Held, string Detail) Degraded(Evidence evidence, string wanted)
    {
        var degraded = evidence.Operations.Count(o => o.Outcome == Outcome.Degraded && o.EndedAt >= evidence.FaultAt);
        return ((degraded > 0) == (wanted == "some"), Text($"{degraded} of {evidence.Operations.Count}"));
    }

    private static (bool Held, string Detail) Lost(Evidence evidence, string limit) => evidence.Verification is { Ledger: var ledger }
        ? (ledger.LostByReplication.Count <= int.Parse(limit, CultureInfo.InvariantCulture), Text($"{ledger.LostByReplication.Count} of {ledger.Acknowledged}"))
        : (false, "not verified");

    private static (bool Held, string Detail) Parked(Evidence evidence, string limit) => evidence.Verification is { Ledger: var ledger }
        ? (ledger.Parked <= int.Parse(limit, CultureInfo.InvariantCulture), Text($"{ledger.Parked} parked"))
        : (false, "not verified");

    private static (bool Held, string Detail) FinalWriter(Evidence evidence, string region) =>
        (evidence.FinalWriter == region, evidence.FinalWriter ?? "no writer");

    private static (bool Held, string Detail) Failovers(Evidence evidence, string count)
    {
        var moved = evidence.Failovers.Where(failover => failover.From != failover.To).ToList();
        return (moved.Count == int.Parse(count, CultureInfo.InvariantCulture), moved.Count == 0 ? "none" : string.Join(", ", moved.Select(failover => $"{failover.From} to {failover.To}")));
    }

    private static (bool Held, string Detail) Diagnosis(Evidence evidence, string wanted)
    {
        var seen = evidence.Episodes.Where(episode => episode.Subject == "database" && (episode.To is null || episode.To >= evidence.FaultAt)).Select(episode => episode.Text).Distinct(StringComparer.Ordinal).ToList();
        return (seen.Contains(wanted), seen.Count == 0 ? "nothing" : string.Join(", ", seen));
    }

    private static (bool Held, string Detail) Served(Evidence evidence, string limit)
    {
        var time = EvidenceWindows.TimeToService(evidence);
        return (time <= Parse(limit), time is null ? "never" : Text($"{time.Value.TotalSeconds:0.000} s"));
    }

    private static (bool Held, string Detail) CacheFilled(Evidence evidence, string wanted) =>
        (evidence.CacheKeys > 0, evidence.CacheKeys is { } keys ? Text($"{keys} keys at the end") : "it did not answer");

    private static string? Count(string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _) ? null : "must be a number from 0";

    private static string? Duration(string value) => DurationArgument.TryParse(value, out _) ? null : "must be a duration such as 500ms or 30s";

    private static string? SomeOrNone(string value) => value is "some" or "no" ? null : "must be some or no";

    private static string? AnyText(string value) => null;

    private static TimeSpan Parse(string value) => DurationArgument.TryParse(value, out var duration) ? duration : TimeSpan.Zero;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
