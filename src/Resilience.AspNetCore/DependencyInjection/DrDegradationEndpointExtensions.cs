using Microsoft.AspNetCore.Http;
using Resilience.AspNetCore.Degradation;
using Resilience.Degradation;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Says which service an endpoint is, in the words of <c>degradation_config</c>.</summary>
public static class DrDegradationEndpointExtensions
{
    /// <summary>
    /// Lets the handlers of an endpoint or a group return an <see cref="Outcome{T}"/>, which is answered as
    /// <see cref="DrOutcomeExtensions.ToHttpResult{T}"/> does, and answers 503 with <c>Retry-After</c> in place of 500 when a
    /// dependency fails outside of a degradable call.
    /// </summary>
    /// <typeparam name="TBuilder">The kind of the builder.</typeparam>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="service">The service, for the answer and for those who list endpoints.</param>
    /// <param name="location">Where a queued request can be asked for, by its key.</param>
    /// <returns>The same builder.</returns>
    public static TBuilder WithDegradation<TBuilder>(this TBuilder builder, string service, Func<string, string>? location = null)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(service);
        builder.WithMetadata(new DegradationMetadata(service));
        builder.AddEndpointFilter(new DegradationFilter(service, location));
        return builder;
    }
}
