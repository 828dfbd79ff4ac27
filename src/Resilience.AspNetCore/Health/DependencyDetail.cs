using System.Text.Json;
using Resilience.Health;
using Resilience.Internal;
using Resilience.Pipelines;
using Resilience.Pipelines.CircuitBreaker;

namespace Resilience.AspNetCore.Health;

/// <summary>A dependency that is called, in words. Reads snapshots only.</summary>
internal static class DependencyDetail
{
    // Of a thousand authorities the operator wants those that are in trouble.
    private const int MostAuthorities = 20;

    /// <param name="json">Where to.</param>
    /// <param name="dependency">The dependency.</param>
    /// <param name="check">What its probe has shown; null when it has none.</param>
    /// <param name="now">On the clock of checks.</param>
    public static void Write(Utf8JsonWriter json, Dependency dependency, CheckState? check, TimeSpan now)
    {
        json.WriteStartObject();
        json.WriteString("status", EnumName.Of(StatusOf(dependency, check, now)));
        WritePipeline(json, dependency.Whole);
        if (check is not null)
        {
            json.WritePropertyName("probe");
            CheckDetail.Write(json, check, now);
        }

        if (dependency.Whole.Options.Http.ByAuthority)
        {
            json.WriteStartObject("authorities");
            foreach (var pipeline in dependency.Pipelines.Where(IsNoteworthy).Take(MostAuthorities))
            {
                json.WriteStartObject(pipeline.Instance!);
                WritePipeline(json, pipeline);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    /// <summary>The worse of what its probe and its circuit say.</summary>
    public static CheckStatus StatusOf(Dependency dependency, CheckState? check, TimeSpan now) => check?.StatusAt(now) switch
    {
        { } status and not CheckStatus.Healthy => status,
        _ => dependency.WorstBreaker().Restricts ? CheckStatus.Degraded : CheckStatus.Healthy,
    };

    private static bool IsNoteworthy(DependencyPipeline pipeline) =>
        pipeline.Instance is not null && Breaker(pipeline).State is not CircuitBreakerState.Closed;

    private static void WritePipeline(Utf8JsonWriter json, DependencyPipeline pipeline)
    {
        var breaker = Breaker(pipeline);
        var bulkhead = pipeline.Bulkhead.Snapshot();
        json.WriteString("breaker", EnumName.Of(breaker.State));
        json.WriteString("mode", EnumName.Of(breaker.Mode));
        json.WriteNumber("failureRate", Math.Round(breaker.FailureRate, 4));
        WriteLatency(json, pipeline);
        if (breaker.State == CircuitBreakerState.Open)
        {
            json.WriteNumber("openForSeconds", Math.Round(breaker.OpenFor.TotalSeconds, 3));
        }

        if (pipeline.Options.Bulkhead.Enabled)
        {
            json.WriteNumber("limit", bulkhead.Limit);
        }

        json.WriteNumber("inUse", bulkhead.InUse);
        json.WriteNumber("queued", bulkhead.Queued);
        if (pipeline.Options.Retry.Budget is { } budget)
        {
            json.WriteNumber("budget", Math.Round(pipeline.Budget.Snapshot(budget).Remaining, 1));
        }
    }

    /// <summary>Of attempts that were answered in the last half minute to minute; a percentile that too few calls would show is left out.</summary>
    private static void WriteLatency(Utf8JsonWriter json, DependencyPipeline pipeline)
    {
        if (pipeline.Latency(0.5) is not { } median)
        {
            return;
        }

        json.WriteStartObject("latencyMs");
        json.WriteNumber("p50", Math.Round(median.TotalMilliseconds, 2));
        if (pipeline.Latency(0.95) is { } p95)
        {
            json.WriteNumber("p95", Math.Round(p95.TotalMilliseconds, 2));
        }

        if (pipeline.Latency(0.99) is { } p99)
        {
            json.WriteNumber("p99", Math.Round(p99.TotalMilliseconds, 2));
        }

        json.WriteEndObject();
    }

    private static BreakerSnapshot Breaker(DependencyPipeline pipeline) =>
        pipeline.Breaker.Snapshot(pipeline.Options.CircuitBreaker, pipeline.Time.GetTimestamp());
}
