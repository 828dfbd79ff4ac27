using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.FeatureManagement;
using Resilience.Degradation;
using Resilience.Degradation.Features;
using Resilience.Degradation.Plan;

namespace Resilience.DependencyInjection;

/// <summary>Starts and stops the watch over episodes with the host.</summary>
internal sealed class DegradationService(EpisodeMonitor monitor, SettingsMonitor settings, IServiceProviderIsService registered) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        CheckFeatures();
        monitor.Start();
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken) => await monitor.DisposeAsync();

    /// <summary>A plan that disables features must reach whoever asks for them.</summary>
    private void CheckFeatures()
    {
        var disables = settings.Current.Degradation.Rules.Values.SelectMany(rule => rule.Actions).OfType<DisableFeatureAction>().FirstOrDefault();
        if (disables is not null && registered.IsService(typeof(IFeatureDefinitionProvider)) && !registered.IsService(typeof(FeatureOverlayMarker)))
        {
            throw new InvalidOperationException(
                $"The configuration disables the feature '{disables.Feature}' when a dependency fails, but the feature managers of this application would not notice. Call AddDrDegradation() on what AddFeatureManagement() returns.");
        }
    }
}
