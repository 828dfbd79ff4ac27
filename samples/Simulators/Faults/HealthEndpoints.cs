using Simulators.Http;

namespace Simulators.Faults;

/// <summary>What probes ask. A service answers under its own name, because its fault hits its probe too.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        // The process itself has no faults.
        routes.MapGet("/health", Healthy);
        foreach (var service in SimulatedServices.All)
        {
            routes.MapGet($"/health/{service}", Healthy).SubjectToFaultsOf(service);
        }
    }

    private static IResult Healthy() => Results.Json(new { status = "healthy" });
}
