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
        return builder.AddHttpMessageHandler(services =>
        {
            var dependencies = services.GetService<DependencyRegistry>()
                ?? throw new InvalidOperationException("AddDrDependency needs the SDK's services. Call builder.AddDrResilience().");
            return new DependencyHandler(dependencies.Get(dependency));
        });
    }
}
