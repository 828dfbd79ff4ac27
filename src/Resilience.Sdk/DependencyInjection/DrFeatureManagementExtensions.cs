using Microsoft.Extensions.DependencyInjection;
using Resilience.Degradation;
using Resilience.Degradation.Features;

namespace Microsoft.FeatureManagement;

/// <summary>Lets degradation switch features of Microsoft.FeatureManagement off.</summary>
public static class DrFeatureManagementExtensions
{
    private static readonly Type[] Managers =
        [typeof(IFeatureManager), typeof(IVariantFeatureManager), typeof(IFeatureManagerSnapshot), typeof(IVariantFeatureManagerSnapshot)];

    /// <summary>
    /// Makes <c>disable_feature</c> hold for every feature manager that the application injects: while an episode disables a
    /// feature, it is off whatever its filters, variants and sessions say, and none of them learns of it.
    /// </summary>
    /// <param name="builder">What <c>AddFeatureManagement()</c> or <c>AddScopedFeatureManagement()</c> returned.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="InvalidOperationException">Feature management is not registered.</exception>
    /// <remarks>Calling it twice changes nothing. <c>AddDrResilience()</c> may come before or after it.</remarks>
    public static IFeatureManagementBuilder AddDrDegradation(this IFeatureManagementBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        if (services.Any(service => service.ServiceType == typeof(FeatureOverlayMarker)))
        {
            return builder;
        }

        services.AddSingleton<FeatureOverlayMarker>();
        foreach (var descriptor in services.Where(service => !service.IsKeyedService && Managers.Contains(service.ServiceType)).ToList())
        {
            var make = descriptor.ImplementationFactory
                ?? throw new InvalidOperationException($"{descriptor.ServiceType.Name} is registered in a way that cannot be wrapped. Call AddDrDegradation() directly on what AddFeatureManagement() returns.");
            services[services.IndexOf(descriptor)] = ServiceDescriptor.Describe(descriptor.ServiceType, provider => Wrap(provider, make(provider)), descriptor.Lifetime);
        }

        return builder;
    }

    private static FeatureOverlay Wrap(IServiceProvider provider, object manager) => new(
        (IFeatureManager)manager,
        (IVariantFeatureManager)manager,
        provider.GetRequiredService<IFeatureDefinitionProvider>(),
        provider.GetService<IDegradation>() ?? throw new InvalidOperationException("AddDrDegradation needs the SDK's services. Call builder.AddDrResilience()."));
}
