using Resilience.Health;
using Resilience.Pipelines;
using Resilience.Pipelines.Http;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Sends the requests of an HTTP client through the pipeline of a dependency.</summary>
public static class DrDependencyHttpClientExtensions
{
    /// <summary>
    /// Sends every request of this client through the pipeline of the named dependency. Clients that name the same
    /// dependency share its breaker, bulkhead and budget.
    /// </summary>
    /// <param name="builder">The client.</param>
    /// <param name="dependency">The name, as in <c>DrResilience:Dependencies</c>; one that is not configured has the defaults.</param>
    /// <returns>The same builder.</returns>
    /// <remarks>
    /// <see cref="HttpClient.Timeout"/> goes around all attempts; set it no shorter than <c>TotalRequestTimeout</c>.
    /// <c>AddDrResilience()</c> must be called on the application's builder.
    /// </remarks>
    public static IHttpClientBuilder AddDrDependency(this IHttpClientBuilder builder, string dependency)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(dependency);
        builder.Services.AddSingleton(new DependencyClient(dependency, builder.Name));
        return builder.ConfigureAdditionalHttpMessageHandlers((handlers, services) =>
        {
            // A client that is named goes through one pipeline: the named one.
            foreach (var byHost in handlers.OfType<DependencyHandler>().Where(handler => handler.IsByHost).ToList())
            {
                handlers.Remove(byHost);
            }

            handlers.Add(new DependencyHandler(Required<DependencyRegistry>(services, nameof(AddDrDependency)).Get(dependency)));
        });
    }

    /// <summary>
    /// Sends every request of this client through the pipeline of the dependency that has its host
    /// (<c>DrResilience:Dependencies:{name}:Http:Hosts</c>); requests to other hosts pass untouched. For all clients at once:
    /// <c>services.ConfigureHttpClientDefaults(client =&gt; client.AddDrDependencies())</c>.
    /// </summary>
    /// <param name="builder">The client, or the defaults of all clients.</param>
    /// <returns>The same builder.</returns>
    /// <remarks>
    /// <para>The most specific pattern decides: host and port, host, the longest domain. A client that names its dependency
    /// (<see cref="AddDrDependency"/>) goes through that one's pipeline alone, whatever its hosts. It is the address the
    /// request has when it gets here that counts, after <see cref="HttpClient.BaseAddress"/>; redirects that are
    /// followed below stay within the same call.</para>
    /// <para>Changed patterns apply to the next request. <c>AddDrResilience()</c> must be called on the application's
    /// builder.</para>
    /// </remarks>
    public static IHttpClientBuilder AddDrDependencies(this IHttpClientBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.ConfigureAdditionalHttpMessageHandlers((handlers, services) =>
        {
            if (!handlers.OfType<DependencyHandler>().Any())
            {
                handlers.Add(new DependencyHandler(Required<HostRouter>(services, nameof(AddDrDependencies))));
            }
        });
    }

    private static T Required<T>(IServiceProvider services, string method)
        where T : class => services.GetService<T>()
            ?? throw new InvalidOperationException($"{method} needs the SDK's services. Call builder.AddDrResilience().");
}
