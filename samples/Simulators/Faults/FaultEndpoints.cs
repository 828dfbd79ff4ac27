using Simulators.Http;

namespace Simulators.Faults;

internal static class FaultEndpoints
{
    public static void MapFaults(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/faults", (FaultBoard board) => board.Snapshot());
        routes.MapPut("/faults/{service}", PutAsync);
        routes.MapDelete("/faults/{service}", Delete);
    }

    /// <summary>Lets the fault of <paramref name="service"/> hit the endpoint.</summary>
    public static RouteHandlerBuilder SubjectToFaultsOf(this RouteHandlerBuilder endpoint, string service) =>
        endpoint.AddEndpointFilter((invocation, next) =>
            invocation.HttpContext.RequestServices.GetRequiredService<FaultInjector>().InvokeAsync(service, invocation, next));

    private static async Task<IResult> PutAsync(string service, HttpRequest request, FaultBoard board, ILogger<FaultBoard> logger)
    {
        if (!SimulatedServices.All.Contains(service))
        {
            return UnknownService(service);
        }

        var (body, error) = await JsonBody.ReadAsync<FaultRequest>(request);
        if (body is null)
        {
            return Problems.Invalid("body", error!);
        }

        var errors = FaultValidator.Validate(body, out var fault);
        if (errors.Count > 0)
        {
            return Problems.Invalid(errors);
        }

        board.Set(service, fault);
        Log.FaultChanged(logger, service, fault.ToString());
        return Results.Ok(fault);
    }

    private static IResult Delete(string service, FaultBoard board, ILogger<FaultBoard> logger)
    {
        if (!SimulatedServices.All.Contains(service))
        {
            return UnknownService(service);
        }

        board.Heal(service);
        Log.FaultChanged(logger, service, "none");
        return Results.NoContent();
    }

    private static IResult UnknownService(string service) =>
        Problems.Invalid("service", $"'{service}' must be one of {string.Join(", ", SimulatedServices.All)}.");
}
