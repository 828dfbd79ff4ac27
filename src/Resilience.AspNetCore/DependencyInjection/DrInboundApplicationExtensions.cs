using Microsoft.Extensions.DependencyInjection;
using Resilience.AspNetCore.Degradation;
using Resilience.AspNetCore.Drain;
using Resilience.AspNetCore.Middleware;
using Resilience.Pipelines.Inbound;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Puts the resilience SDK in front of an application's endpoints.</summary>
public static class DrInboundApplicationExtensions
{
    private const string Used = "DrResilience.Inbound";

    /// <summary>
    /// Heeds the deadline of callers (<c>X-Dr-Timeout-Ms</c>) and sheds requests that are too many, as
    /// <c>DrResilience:Inbound</c> says.
    /// </summary>
    /// <param name="app">The application. <c>AddDrResilience()</c> must have been called.</param>
    /// <returns>The same application builder.</returns>
    /// <exception cref="InvalidOperationException"><c>AddDrResilience()</c> was not called.</exception>
    /// <exception cref="Resilience.DependencyInjection.DrResilienceConfigurationException">The configuration cannot be used.</exception>
    /// <remarks>
    /// <para>An expired deadline is answered with 504, a request for which there is no room with 503 and <c>Retry-After</c>,
    /// before anything of its body is read. Otherwise the deadline is <see cref="Resilience.Pipelines.Timeouts.CallDeadline"/>
    /// for the request, so that calls to dependencies get no more time than is left. The handler itself is not aborted.</para>
    /// <para>Call it first, but after <c>UseRouting()</c> where that is called explicitly: priorities and exceptions are read from
    /// the endpoint. A second call in the same pipeline does nothing. Branches share the limit.</para>
    /// </remarks>
    public static IApplicationBuilder UseDrResilience(this IApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        if (app.ApplicationServices.GetService<InboundGate>() is not { } gate)
        {
            throw new InvalidOperationException("UseDrResilience needs the SDK's services. Call builder.AddDrResilience() before builder.Build().");
        }

        if (app.ApplicationServices.GetService<ConnectionDrain>() is not { } drain)
        {
            throw new InvalidOperationException(
                "UseDrResilience needs the services of a web application. Call AddDrResilience() on the WebApplicationBuilder, with 'using Microsoft.AspNetCore.Builder'.");
        }

        var degraded = app.ApplicationServices.GetRequiredService<DegradedHeader>();

        // Twice, each request would take two permits.
        return app.Properties.TryAdd(Used, gate) ? app.Use(next => new InboundMiddleware(next, gate, drain, degraded).InvokeAsync) : app;
    }
}
