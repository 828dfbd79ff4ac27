using System.Diagnostics.Metrics;

namespace Resilience.Diagnostics;

/// <summary>The instruments of degradation.</summary>
internal static class DegradationMetrics
{
    private static readonly Counter<long> Requests = DrResilienceDiagnostics.Meter.CreateCounter<long>(
        "dr.degradation.requests", "{request}", "Calls that an action was to answer in place of a dependency, by action and result.");

    private static readonly Counter<long> Transitions = DrResilienceDiagnostics.Meter.CreateCounter<long>(
        "dr.degradation.transitions", "{transition}", "Changes of phase of the episodes of dependencies.");

    private static readonly Counter<long> Alerts = DrResilienceDiagnostics.Meter.CreateCounter<long>(
        "dr.degradation.alerts", "{alert}", "Alerts, by state.");

    private static readonly Histogram<double> Exercises = DrResilienceDiagnostics.Meter.CreateHistogram<double>(
        "dr.degradation.exercises", "s", "Fallbacks that were run beside a dependency that is well, by result.", tags: null, DurationBuckets.Advice);

    public static void CountRequest(string service, string action, string result) =>
        Requests.Add(1, new("dr.service", service), new("dr.action", action), new("dr.result", result));

    public static void CountTransition(string dependency, string phase) =>
        Transitions.Add(1, new("dr.dependency", dependency), new("dr.phase", phase));

    public static void CountAlert(string service, string severity, string state) =>
        Alerts.Add(1, new("dr.service", service), new("dr.severity", severity), new("dr.state", state));

    public static void RecordExercise(string service, string fallback, string result, TimeSpan time) =>
        Exercises.Record(time.TotalSeconds, new("dr.service", service), new("dr.fallback", fallback), new("dr.result", result));
}
