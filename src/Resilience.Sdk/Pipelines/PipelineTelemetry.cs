using System.Diagnostics;
using System.Diagnostics.Metrics;
using Polly.CircuitBreaker;
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
    private static readonly Meter PollyMeter = new("Polly");

    private static readonly Histogram<double> PipelineDuration = PollyMeter.CreateHistogram<double>(
        "resilience.polly.pipeline.duration", "ms", "The execution duration of resilience pipelines.");

    private static readonly Histogram<double> AttemptDuration = PollyMeter.CreateHistogram<double>(
        "resilience.polly.strategy.attempt.duration", "ms", "The duration of execution attempts.");

    private static readonly Counter<long> Events = PollyMeter.CreateCounter<long>(
        "resilience.polly.strategy.events", description: "The number of resilience events that occurred.");

    private static readonly object True = true;
    private static readonly object False = false;
    private static readonly object[] Numbers = [.. Enumerable.Range(0, CachedNumbers).Select(number => (object)number)];

    private readonly string _name;
    private readonly string? _instance;
    private readonly TimeProvider _time;

    // Of what happens most, the tags are made once.
    private readonly KeyValuePair<string, object?>[] _succeeded;
    private readonly KeyValuePair<string, object?>[] _broken;
    private readonly KeyValuePair<string, object?>[] _firstAttemptSucceeded;

    public PipelineTelemetry(string name, string? instance, TimeProvider time)
    {
        _name = name;
        _instance = instance;
        _time = time;
        _succeeded = [.. CallTags(exception: null)];
        _broken = [.. CallTags(new BrokenCircuitException())];
        _firstAttemptSucceeded = [.. AttemptTags(attempt: 0, handled: false, exception: null)];
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

        var duration = _time.GetElapsedTime(began).TotalMilliseconds;
        if (exception is null)
        {
            PipelineDuration.Record(duration, _succeeded);
        }
        else
        {
            PipelineDuration.Record(duration, CallTags(exception));
        }
    }

    /// <summary>A call that an open circuit refused: it took no time, and there may be very many.</summary>
    public void OnBroken()
    {
        if (PipelineDuration.Enabled)
        {
            PipelineDuration.Record(0, _broken);
        }
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

        if (attempt == 0 && !handled && exception is null)
        {
            AttemptDuration.Record(duration.TotalMilliseconds, _firstAttemptSucceeded);
        }
        else
        {
            AttemptDuration.Record(duration.TotalMilliseconds, AttemptTags(attempt, handled, exception));
        }
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

    public void OnChaos(string eventName, string strategy, string severity) => Count(eventName, strategy, severity, null);

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

    private TagList CallTags(Exception? exception)
    {
        var tags = Tags("PipelineExecuted", exception is null ? "Information" : "Error");
        AddException(ref tags, exception);
        return tags;
    }

    private TagList AttemptTags(int attempt, bool handled, Exception? exception)
    {
        var tags = Tags("ExecutionAttempt", handled ? "Warning" : "Information");
        tags.Add("strategy.name", "Retry");
        tags.Add("attempt.number", attempt < CachedNumbers ? Numbers[attempt] : attempt);
        tags.Add("attempt.handled", handled ? True : False);
        AddException(ref tags, exception);
        return tags;
    }

    private static void AddException(ref TagList tags, Exception? exception)
    {
        if (exception is not null)
        {
            tags.Add("exception.type", exception.GetType().FullName);
        }
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
