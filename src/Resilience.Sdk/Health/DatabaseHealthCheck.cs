using Microsoft.Extensions.Diagnostics.HealthChecks;
using Resilience.Postgres;

namespace Resilience.Health;

/// <summary>A database as a health check: degraded, never unhealthy, while no writer is known. Reads what is known; calls nobody.</summary>
internal sealed class DatabaseHealthCheck(RegionalDataSource database) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var topology = database.Regions.Current.Topology;
        var data = new Dictionary<string, object>(StringComparer.Ordinal) { ["phase"] = topology.Phase.ToString() };
        if (topology.Writer is not { } writer)
        {
            return Task.FromResult(HealthCheckResult.Degraded($"No region of '{database.Name}' can be written to.", data: data));
        }

        data["region"] = writer.Region;
        return Task.FromResult(HealthCheckResult.Healthy(data: data));
    }
}
