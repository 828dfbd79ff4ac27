using System.Diagnostics;
using System.Diagnostics.Metrics;
using Resilience.Diagnostics;
using Resilience.Pipelines.CircuitBreaker;
using Resilience.Pipelines.Retry;

namespace Resilience.Pipelines;

/// <summary>
/// Measures a pipeline under the names that Polly's own telemetry uses, so that dashboards made for it keep working.
/// Without a listener an event costs one field read; with one it allocates nothing.
/// </summary>
internal sealed class PipelineTelemetry
{
    private const int CachedNumbers = 16;
    private static readonly Meter Polly = new("Polly");

    private static readonly Histogram<double> PipelineDuration = Polly.CreateHistogram<double>(
        "resilience.polly.pipeline.duration", "ms", "The execution duration of resilience pipelines.");

    private static readonly Histogram<double> AttemptDuration = Polly.CreateHistogram<double>(
        "resilience.polly.strategy.attempt.duration", "ms", "The duration of execution attempts.");

    private static readonly Counter<long> Events = Polly.CreateCounter<long>(
        "resilience.polly.strategy.events", description: "The number of resilience events that occurred.");

    private static readonly object True = true;
    private static readonly object False = false;
    private static readonly object[] Numbers = [.. Enumerable.Range(0, CachedNumbers).Select(number => (object)number)];

    private readonly string _name;
    private readonly string? _instance;
    private readonly TimeProvider _time;

    public PipelineTelemetry(string name, string? instance, TimeProvider time)
    {
        _name = name;
        _instance = instance;
        _time = time;
    }

    /// <summary>An activity for one attempt, when somebody traces.</summary>
    public Activity? StartAttempt(int attempt)
    {
        if (!DrResilienceDiagnostics.Source.HasListeners())
        {
            return null;
        }

        var activity = DrResilienceDiagnostics.Source.StartActivity("dr.attempt");
        activity?.SetTag("dr.dependency", _name);
        activity?.SetTag("attempt.number", attempt);
        return activity;
    }

    public void OnCall(long began, Exception? exception)
    {
        if (!PipelineDuration.Enabled)
        {
            return;
        }

        var tags = Tags("PipelineExecuted", exception is null ? "Information" : "Error");
        if (exception is not null)
        {
            tags.Add("exception.type", exception.GetType().FullName);
        }

        PipelineDuration.Record(_time.GetElapsedTime(began).TotalMilliseconds, tags);
    }

    public void OnAttempt(int attempt, TimeSpan duration, bool handled, Exception? exception, Activity? activity)
    {
        if (activity is not null)
        {
            if (exception is not null)
            {
                activity.SetStatus(ActivityStatusCode.Error, exception.GetType().Name);
            }

            activity.Dispose();
        }

        if (!AttemptDuration.Enabled)
        {
            return;
        }

        var tags = Tags("ExecutionAttempt", handled ? "Warning" : "Information");
        tags.Add("strategy.name", "Retry");
        tags.Add("attempt.number", attempt < CachedNumbers ? Numbers[attempt] : attempt);
        tags.Add("attempt.handled", handled ? True : False);
        if (exception is not null)
        {
            tags.Add("exception.type", exception.GetType().FullName);
        }

        AttemptDuration.Record(duration.TotalMilliseconds, tags);
    }

    public void OnRetryDecision(in RetryDecision decision)
    {
        if (Events.Enabled)
        {
            Count(decision.Repeats ? "OnRetry" : "OnRetryGivenUp", "Retry", decision.Repeats ? "Warning" : "Information", decision.Reason.ToString());
        }
    }

    public void OnHedge() => Count("OnHedging", "Hedging", "Warning", null);

    public void OnTimeout() => Count("OnTimeout", "Timeout", "Error", null);

    public void OnBulkheadRejected() => Count("OnRateLimiterRejected", "Bulkhead", "Error", null);

    public void OnTransition(BreakerTransition transition) => Count(
        transition.To switch
        {
            CircuitBreakerState.Open => "OnCircuitOpened",
            CircuitBreakerState.HalfOpen => "OnCircuitHalfOpened",
            _ => "OnCircuitClosed",
        },
        "CircuitBreaker",
        transition.To == CircuitBreakerState.Open ? "Error" : "Warning",
        transition.Cause.ToString());

    private void Count(string name, string strategy, string severity, string? reason)
    {
        if (!Events.Enabled)
        {
            return;
        }

        var tags = Tags(name, severity);
        tags.Add("strategy.name", strategy);
        if (reason is not null)
        {
            tags.Add("dr.reason", reason);
        }

        Events.Add(1, tags);
    }

    private TagList Tags(string eventName, string severity)
    {
        var tags = new TagList
        {
            { "event.name", eventName },
            { "event.severity", severity },
            { "pipeline.name", _name },
        };
        if (_instance is not null)
        {
            tags.Add("pipeline.instance", _instance);
        }

        return tags;
    }
}
