using Microsoft.Extensions.Diagnostics.HealthChecks;
using Resilience.Pipelines;
using Resilience.Pipelines.CircuitBreaker;

namespace Resilience.Health;

/// <summary>
/// A dependency that is called, as a health check. Never unhealthy: every replica sees the same loss, and taking them all out
/// of service would make an outage of it. Reads what is known; calls nobody.
/// </summary>
internal sealed class DependencyHealthCheck(Dependency dependency) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var breaker = dependency.WorstBreaker();
        var data = new Dictionary<string, object>(StringComparer.Ordinal) { ["state"] = breaker.State.ToString(), ["failureRate"] = breaker.FailureRate };
        if (breaker.State == CircuitBreakerState.Open)
        {
            data["openForSeconds"] = breaker.OpenFor.TotalSeconds;
        }

        return Task.FromResult(breaker.Restricts
            ? HealthCheckResult.Degraded($"The circuit of '{dependency.Name}' is {Describe(breaker)}.", data: data)
            : HealthCheckResult.Healthy(data: data));
    }

    private static string Describe(BreakerSnapshot breaker) => breaker.State switch
    {
        CircuitBreakerState.HalfOpen => "half-open: a few calls try whether it is back",
        CircuitBreakerState.ForcedOpen => "held open by an operator",
        _ => "open: it is not called",
    };
}
