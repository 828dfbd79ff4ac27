using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Resilience.DependencyInjection;

namespace Resilience.AspNetCore.Health;

/// <summary>Who may see health details: everybody in Development, whoever reaches the management port, and who passed an authorisation policy on the endpoint.</summary>
internal sealed class DetailAccess(SettingsMonitor settings, IHostEnvironment environment)
{
    /// <summary>The port is the connection's own: a forged Host header changes nothing.</summary>
    public bool Allows(HttpContext context) =>
        environment.IsDevelopment()
        || (settings.Current.Health.ManagementPort is { } port && context.Connection.LocalPort == port)
        || (context.GetEndpoint()?.Metadata is { } metadata && metadata.GetMetadata<IAuthorizeData>() is not null && metadata.GetMetadata<IAllowAnonymous>() is null);
}
