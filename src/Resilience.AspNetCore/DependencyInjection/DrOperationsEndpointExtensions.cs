using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Resilience.AspNetCore.Health;
using Resilience.AspNetCore.Operations;
using Resilience.AspNetCore.Operations.Changes;
using Resilience.AspNetCore.Operations.Live;
using Resilience.AspNetCore.Operations.Page;
using Resilience.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps what operators and auditors ask a service for.</summary>
public static class DrOperationsEndpointExtensions
{
    private const string Json = "application/json";
    private const string OfDependency = "/api/switches/{dependency}";

    /// <summary>
    /// Maps the operations page <c>/dr</c> and what it shows and does as an API under <c>/dr/api</c>: <c>GET state</c>, everything at once;
    /// <c>GET events</c>, the same as server-sent events; <c>GET failovers</c> and <c>failovers/report</c>, the records of moved writers for
    /// operators and for auditors; <c>GET switches</c>, where each database stands; <c>GET changes</c>, who decided what; and the decisions
    /// themselves: <c>POST</c> and <c>DELETE switches/{dependency}/approvals</c>, <c>POST</c> and <c>DELETE switches/{dependency}/hold</c>,
    /// <c>POST switches/{dependency}/rollback</c>. A decision needs an authenticated person and the header <c>X-Dr-Change</c>.
    /// </summary>
    /// <param name="endpoints">The application's endpoints. <c>AddDrResilience()</c> must have been called.</param>
    /// <param name="changePolicy">
    /// The name of the authorisation policy that decisions need besides the one for looking. Null: decisions are possible in Development
    /// only, and answer 403 elsewhere.
    /// </param>
    /// <returns>A builder for all of them. Add <c>RequireAuthorization("…")</c>: outside Development the host does not start without it.</returns>
    /// <exception cref="InvalidOperationException"><c>AddDrResilience()</c> was not called.</exception>
    /// <exception cref="ArgumentException">The policy has no name.</exception>
    public static IEndpointConventionBuilder MapDrOperations(this IEndpointRouteBuilder endpoints, string? changePolicy = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        if (changePolicy is not null)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(changePolicy);
        }

        var services = endpoints.ServiceProvider;
        if (services.GetService<DatabaseRegistry>() is null)
        {
            throw new InvalidOperationException("MapDrOperations needs the SDK's services. Call AddDrResilience() on the WebApplicationBuilder before builder.Build().");
        }

        var group = endpoints.MapGroup("/dr").DisableDrLoadShedding().ExcludeFromDescription().WithMetadata(OperationsMetadata.Instance);
        var access = ActivatorUtilities.CreateInstance<DetailAccess>(services);
        MapPage(group, access);
        MapReading(group, access, services);
        MapChanges(group, access, services, changePolicy);
        return group;
    }

    private static void MapPage(RouteGroupBuilder group, DetailAccess access)
    {
        var page = new PageFile("dr.html", "text/html; charset=utf-8");
        group.MapGet("", Guarded(access, context =>
        {
            // Its files are named relative to the page, so there must be one address of it.
            if (context.Request.Path.Value is [.., '/'])
            {
                context.Response.Redirect("../dr");
                return Task.CompletedTask;
            }

            return page.AnswerAsync(context);
        }));
        foreach (var (name, type) in new[] { ("dr.css", "text/css; charset=utf-8"), ("dr.js", "text/javascript; charset=utf-8"), ("dr.svg", "image/svg+xml") })
        {
            group.MapGet("/" + name, Guarded(access, new PageFile(name, type).AnswerAsync));
        }
    }

    private static void MapReading(RouteGroupBuilder group, DetailAccess access, IServiceProvider services)
    {
        var report = services.GetRequiredService<FailoverReport>();
        var state = services.GetRequiredService<OperationsState>();
        group.MapGet("/api/state", Guarded(access, context => AnswerAsync(context, state.Describe())));
        group.MapGet("/api/events", Guarded(access, services.GetRequiredService<EventStream>().ServeAsync));
        group.MapGet("/api/failovers", Guarded(access, context => AnswerAsync(context, report.WriteList)));
        group.MapGet("/api/failovers/report", Guarded(access, context =>
        {
            context.Response.Headers.ContentDisposition = "attachment; filename=\"failovers.json\"";
            return AnswerAsync(context, report.WriteAudit);
        }));
        group.MapGet("/api/switches", Guarded(access, context => AnswerAsync(context, services.GetRequiredService<SwitchConsole>().Write)));
        group.MapGet("/api/changes", Guarded(access, context => AnswerAsync(context, services.GetRequiredService<ChangeRecord>().WriteList)));
    }

    private static void MapChanges(RouteGroupBuilder group, DetailAccess access, IServiceProvider services, string? policy)
    {
        var console = services.GetRequiredService<SwitchConsole>();
        var isOpen = policy is not null || services.GetRequiredService<IHostEnvironment>().IsDevelopment();
        Map("POST", "/approvals", console.ApproveAsync);
        Map("DELETE", "/approvals", console.WithdrawAsync);
        Map("POST", "/hold", console.HoldAsync);
        Map("DELETE", "/hold", console.ReleaseAsync);
        Map("POST", "/rollback", console.RollBackAsync);

        void Map(string method, string path, Func<HttpContext, Task<IResult>> decide)
        {
            var endpoint = group.MapMethods(OfDependency + path, [method], Guarded(access, async context =>
            {
                var result = isOpen ? await decide(context) : Results.Problem(
                    "Decisions are closed: the application names no policy for them. Write app.MapDrOperations(\"dr-approver\").", statusCode: StatusCodes.Status403Forbidden);
                await result.ExecuteAsync(context);
            }));
            if (policy is not null)
            {
                endpoint.RequireAuthorization(policy);
            }
        }
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

    private static async Task AnswerAsync(HttpContext context, Action<Utf8JsonWriter> write)
    {
        var body = new ArrayBufferWriter<byte>(1024);
        await using (var json = new Utf8JsonWriter(body))
        {
            write(json);
        }

        await AnswerAsync(context, body.WrittenMemory);
    }

    private static async Task AnswerAsync(HttpContext context, ReadOnlyMemory<byte> body)
    {
        context.Response.ContentType = Json;
        context.Response.ContentLength = body.Length;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}
