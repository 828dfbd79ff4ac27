using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Resilience.AspNetCore.Health;
using Resilience.AspNetCore.Health.Formats;
using Resilience.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the probes of the resilience SDK.</summary>
public static class DrHealthEndpointExtensions
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>
    /// Maps <c>/health/startup</c>, <c>/health/live</c> and <c>/health/ready</c> for Kubernetes, and <c>/health</c> with
    /// details for operators.
    /// </summary>
    /// <param name="endpoints">The application's endpoints. <c>AddDrResilience()</c> must have been called.</param>
    /// <returns>
    /// A builder for <c>/health</c> alone. Add <c>RequireAuthorization</c> to open it to operators outside Development;
    /// otherwise it answers 404 there, except on <c>DrResilience:Health:ManagementPort</c>.
    /// </returns>
    /// <exception cref="InvalidOperationException"><c>AddDrResilience()</c> was not called.</exception>
    /// <remarks>No probe waits for a dependency. Readiness is strict until every database has had a writer once; afterwards
    /// a lost writer makes the service degraded, not unready, because its replicas see the same.</remarks>
    public static IEndpointConventionBuilder MapDrHealth(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var services = endpoints.ServiceProvider;
        if (services.GetService<ProbeBoard>() is not { } board)
        {
            throw new InvalidOperationException("MapDrHealth needs the SDK's services. Call AddDrResilience() on the WebApplicationBuilder before builder.Build().");
        }

        var reporter = services.GetRequiredService<HealthReporter>();
        var access = ActivatorUtilities.CreateInstance<DetailAccess>(services);

        // A group has a prefix that is not known here; its probes are ordinary endpoints.
        board.IsMapped |= endpoints is IApplicationBuilder;
        Map(endpoints, ProbePaths.Startup, context => ProbeEndpoints.StartupAsync(context, board));
        Map(endpoints, ProbePaths.Live, context => ProbeEndpoints.LiveAsync(context, board));
        Map(endpoints, ProbePaths.Ready, context => ProbeEndpoints.ReadyAsync(context, board));
        return endpoints.MapMethods(ProbePaths.Detail, Methods, context => DetailAsync(context, reporter, access)).DisableDrLoadShedding().ExcludeFromDescription();
    }

    private static void Map(IEndpointRouteBuilder endpoints, string path, RequestDelegate answer) =>
        endpoints.Map(path, answer).AllowAnonymous().DisableDrLoadShedding().ExcludeFromDescription();

    private static Task DetailAsync(HttpContext context, HealthReporter reporter, DetailAccess access)
    {
        if (access.Allows(context))
        {
            var answer = DetailFormats.Answer(reporter, context.Request.QueryString.Value, context.Request.Headers.Accept);
            return ProbeEndpoints.WriteAsync(context, answer.Status, answer.ContentType, answer.Body);
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}
