using System.Diagnostics.Metrics;
using Resilience.Pipelines.CircuitBreaker;

namespace Resilience.Pipelines;

/// <summary>
/// What the pipelines of a host are at the moment a meter is read: nothing is measured between. Tags are the dependency's name
/// and, for pipelines by authority, the authority, of which a dependency has a bounded number.
/// </summary>
internal sealed class DependencyGauges
{
    private readonly DependencyRegistry _dependencies;

    /// <param name="dependencies">What is read.</param>
    /// <param name="meter">Of this host alone, and disposed with it, so that several hosts in a process do not add up.</param>
    public DependencyGauges(DependencyRegistry dependencies, Meter meter)
    {
        _dependencies = dependencies;
        meter.CreateObservableGauge(
            "dr.breaker.state", () => Read<int>(pipeline => Number(Breaker(pipeline).State)), description: "0 closed, 1 half-open, 2 open, 3 forced open, 4 disabled.");
        meter.CreateObservableGauge("dr.breaker.restricts", () => Read<int>(pipeline => Breaker(pipeline).Restricts ? 1 : 0), description: "1 while calls are held back, all or all but a few trials.");
        meter.CreateObservableGauge("dr.breaker.failure_rate", () => Read<double>(pipeline => Breaker(pipeline).FailureRate), "1", "Share of the sampled calls that failed.");
        meter.CreateObservableGauge("dr.retry.budget", () => Read(Budget), "{attempt}", "Repeats and hedges that may still be made.");
        meter.CreateObservableGauge("dr.bulkhead.limit", () => Read(Limit), "{call}", "Calls that may run at once.");
        meter.CreateObservableGauge("dr.bulkhead.in_use", () => Read<int>(pipeline => pipeline.Bulkhead.Snapshot().InUse), "{call}", "Calls that run.");
        meter.CreateObservableGauge("dr.bulkhead.queued", () => Read<int>(pipeline => pipeline.Bulkhead.Snapshot().Queued), "{call}", "Calls that wait to run.");
    }

    private static BreakerSnapshot Breaker(DependencyPipeline pipeline) =>
        pipeline.Breaker.Snapshot(pipeline.Options.CircuitBreaker, pipeline.Time.GetTimestamp());

    // Dashboards keep these numbers: they do not follow the order of the enum.
    private static int Number(CircuitBreakerState state) => state switch
    {
        CircuitBreakerState.Closed => 0,
        CircuitBreakerState.HalfOpen => 1,
        CircuitBreakerState.Open => 2,
        CircuitBreakerState.ForcedOpen => 3,
        _ => 4,
    };

    private static double? Budget(DependencyPipeline pipeline) => pipeline.Options.Retry.Budget is { } options
        ? pipeline.Budget.Snapshot(options).Remaining
        : null;

    private static int? Limit(DependencyPipeline pipeline) => pipeline.Options.Bulkhead.Enabled ? pipeline.Bulkhead.Snapshot().Limit : null;

    private IEnumerable<Measurement<T>> Read<T>(Func<DependencyPipeline, T?> value)
        where T : struct
    {
        foreach (var pipeline in _dependencies.All.SelectMany(dependency => dependency.Pipelines))
        {
            // What is switched off has no number.
            if (value(pipeline) is { } number)
            {
                yield return pipeline.Instance is { } instance
                    ? new Measurement<T>(number, new("dr.dependency", pipeline.Name), new("pipeline.instance", instance))
                    : new Measurement<T>(number, new KeyValuePair<string, object?>("dr.dependency", pipeline.Name));
            }
        }
    }
}
