using Resilience.AspNetCore.Middleware;
using Resilience.Pipelines.Bulkhead;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Says how endpoints are treated when there are too many requests.</summary>
public static class DrInboundEndpointExtensions
{
    /// <summary>Says how much the requests of an endpoint or a group matter when not all can run.</summary>
    /// <typeparam name="TBuilder">The kind of the builder.</typeparam>
    /// <param name="builder">The endpoint or group. What is said at an endpoint comes before what is said at its group.</param>
    /// <param name="priority">Critical requests are shed last, low ones first.</param>
    /// <returns>The same builder.</returns>
    public static TBuilder WithDrPriority<TBuilder>(this TBuilder builder, CallPriority priority)
        where TBuilder : IEndpointConventionBuilder
    {
        if (!Enum.IsDefined(priority))
        {
            throw new ArgumentOutOfRangeException(nameof(priority), priority, "Use CallPriority.Low, Normal or Critical.");
        }

        return builder.WithMetadata(new PriorityMetadata(priority));
    }

    /// <summary>
    /// Takes an endpoint or a group out of load shedding: its requests are neither counted nor shed. For what lasts as long as
    /// the client likes, such as server-sent events and long polling, and for what must answer when nothing else does.
    /// </summary>
    /// <typeparam name="TBuilder">The kind of the builder.</typeparam>
    /// <param name="builder">The endpoint or group.</param>
    /// <returns>The same builder.</returns>
    public static TBuilder DisableDrLoadShedding<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(NoSheddingMetadata.Instance);
}
