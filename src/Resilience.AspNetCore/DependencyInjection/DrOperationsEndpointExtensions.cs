using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Resilience.AspNetCore.Health;
using Resilience.AspNetCore.Operations;
using Resilience.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps what operators and auditors ask a service for.</summary>
public static class DrOperationsEndpointExtensions
{
    private const string Json = "application/json";
    private const string Approvals = "/switches/{dependency}/approvals";

    /// <summary>
    /// Maps under <c>/dr/api</c>: <c>GET failovers</c>, the records of lost and moved writers; <c>GET failovers/report</c>, the same as a
    /// file for auditors; <c>GET switches</c>, where each database stands and what would happen next; <c>POST</c> and <c>DELETE
    /// switches/{dependency}/approvals</c> with <c>{"region":"…"}</c>, by which an authenticated person consents to a switch or takes it back.
    /// </summary>
    /// <param name="endpoints">The application's endpoints. <c>AddDrResilience()</c> must have been called.</param>
    /// <returns>A builder for all of them. Add <c>RequireAuthorization</c>: outside Development they answer 404 without it, except on <c>DrResilience:Health:ManagementPort</c>.</returns>
    /// <exception cref="InvalidOperationException"><c>AddDrResilience()</c> was not called.</exception>
    public static IEndpointConventionBuilder MapDrOperations(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var services = endpoints.ServiceProvider;
        if (services.GetService<DatabaseRegistry>() is null)
        {
            throw new InvalidOperationException("MapDrOperations needs the SDK's services. Call AddDrResilience() on the WebApplicationBuilder before builder.Build().");
        }

        var access = ActivatorUtilities.CreateInstance<DetailAccess>(services);
        var report = ActivatorUtilities.CreateInstance<FailoverReport>(services);
        var console = ActivatorUtilities.CreateInstance<SwitchConsole>(services);
        var group = endpoints.MapGroup("/dr/api").DisableDrLoadShedding().ExcludeFromDescription();
        group.MapGet("/failovers", Guarded(access, context => AnswerAsync(context, report.WriteList)));
        group.MapGet("/failovers/report", Guarded(access, context =>
        {
            context.Response.Headers.ContentDisposition = "attachment; filename=\"failovers.json\"";
            return AnswerAsync(context, report.WriteAudit);
        }));
        group.MapGet("/switches", Guarded(access, context => AnswerAsync(context, console.Write)));
        group.MapPost(Approvals, Guarded(access, context => ConsentAsync(context, console, withdraw: false)));
        group.MapDelete(Approvals, Guarded(access, context => ConsentAsync(context, console, withdraw: true)));
        return group;
    }

    private static RequestDelegate Guarded(DetailAccess access, RequestDelegate answer) => context =>
    {
        if (access.Allows(context))
        {
            return answer(context);
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    };

    private static async Task ConsentAsync(HttpContext context, SwitchConsole console, bool withdraw) =>
        await (await console.ConsentAsync(context, (string)context.GetRouteValue("dependency")!, withdraw)).ExecuteAsync(context);

    private static async Task AnswerAsync(HttpContext context, Action<Utf8JsonWriter> write)
    {
        var body = new ArrayBufferWriter<byte>(1024);
        await using (var json = new Utf8JsonWriter(body))
        {
            write(json);
        }

        context.Response.ContentType = Json;
        context.Response.ContentLength = body.WrittenCount;
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.Body.WriteAsync(body.WrittenMemory, context.RequestAborted);
    }
}
