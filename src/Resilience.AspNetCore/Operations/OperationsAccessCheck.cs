using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Resilience.AspNetCore.Operations;

/// <summary>Lets the host not start outside Development while operations are mapped that everybody may reach. Until it has looked, they answer 404.</summary>
internal sealed class OperationsAccessCheck(IServiceProvider services, IHostEnvironment environment) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <exception cref="InvalidOperationException">An endpoint of operators needs no authorisation.</exception>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        // Only now: what a group demands of its endpoints is known when all of them are mapped.
        var open = environment.IsDevelopment() ? null : services.GetService<EndpointDataSource>()?.Endpoints
            .FirstOrDefault(endpoint => endpoint.Metadata.GetMetadata<OperationsMetadata>() is not null && IsOpen(endpoint.Metadata));
        return open is null
            ? Task.CompletedTask
            : throw new InvalidOperationException(
                $"'{open.DisplayName}' would be open to everybody in the environment '{environment.EnvironmentName}'. Write app.MapDrOperations(\"dr-approver\").RequireAuthorization(\"dr-operator\") with policies of your own, or map it in Development only.");
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static bool IsOpen(EndpointMetadataCollection metadata) =>
        metadata.GetMetadata<IAllowAnonymous>() is not null
        || (metadata.GetMetadata<IAuthorizeData>() is null && metadata.GetMetadata<AuthorizationPolicy>() is null);
}
