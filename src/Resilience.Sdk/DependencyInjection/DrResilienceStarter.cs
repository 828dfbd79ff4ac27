using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Resilience.Internal;
using Resilience.Pipelines;

namespace Resilience.DependencyInjection;

/// <summary>
/// Checks the configuration when the host starts and sets the loops going. It waits for no region: a host whose
/// databases are all down starts, answers its probes and recovers by itself.
/// </summary>
internal sealed partial class DrResilienceStarter(
    IServiceProvider services, IConfiguration configuration, ILogger<DrResilienceStarter> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Resolving reads the configuration and throws with all its errors.
        _ = ((DatabaseRegistry)services.GetService(typeof(DatabaseRegistry))!).All;
        _ = services.GetService(typeof(DependencyGauges));
        _ = services.GetService(typeof(QueueGauges));
        _ = services.GetService(typeof(RegionGauges));
        _ = services.GetService(typeof(HostGauges));
        WarnOfWhatIsProbablyMeantOtherwise(((SettingsMonitor)services.GetService(typeof(SettingsMonitor))!).Current);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void WarnOfWhatIsProbablyMeantOtherwise(DrResilienceSettings settings)
    {
        if (!configuration.GetSection(DrResilienceSettingsReader.SectionName).Exists())
        {
            LogNoSection(logger, DidYouMean(DrResilienceSettingsReader.SectionName, configuration.GetChildren().Select(child => child.Key)));
        }

        var regions = settings.Databases.SelectMany(database => database.Value.Regions).Select(region => region.Name).Distinct(StringComparer.Ordinal).ToList();
        if (settings.Region is { } region && regions.Count > 0 && !regions.Contains(region, StringComparer.Ordinal))
        {
            LogUnknownRegion(logger, region, string.Join(", ", regions), DidYouMean(region, regions));
        }
    }

    private static string DidYouMean(string name, IEnumerable<string> known) =>
        NearestName.Of(name, known) is { } nearest ? $" Did you mean '{nearest}'?" : "";

    [LoggerMessage(1102, LogLevel.Warning, "AddDrResilience() finds no section 'DrResilience': no database is configured, and every dependency has the default pipeline.{Hint}")]
    private static partial void LogNoSection(ILogger logger, string hint);

    [LoggerMessage(1103, LogLevel.Warning, "DrResilience:Region is '{Region}', but no database has a region of that name (they have {Known}), so nothing counts as local.{Hint}")]
    private static partial void LogUnknownRegion(ILogger logger, string region, string known, string hint);
}
