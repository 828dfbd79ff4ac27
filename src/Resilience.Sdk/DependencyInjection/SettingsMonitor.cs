using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using Resilience.Diagnostics;

namespace Resilience.DependencyInjection;

/// <summary>
/// The settings in use. A reload that can be used replaces them as a whole; one that cannot is refused, and the last good
/// ones stay. Not built on IOptionsMonitor, which throws and goes silent after one bad reload (dotnet/runtime#44381).
/// </summary>
internal sealed partial class SettingsMonitor : IDisposable
{
    private static readonly System.Diagnostics.Metrics.Counter<long> Reloads = DrResilienceDiagnostics.Meter.CreateCounter<long>(
        "dr.configuration.reloads", "{reload}", "Reloads of the configuration, by result.");

    private readonly IConfiguration _configuration;
    private readonly bool _isProduction;
    private readonly ILogger _logger;
    private readonly IReadOnlyCollection<IDependencyKind> _kinds;
    private readonly IDisposable _subscription;
    private readonly Lock _reloading = new();
    private DrResilienceSettings _current;
    private IReadOnlyList<string> _refused = [];
    private string _chaos = "";

    /// <exception cref="DrResilienceConfigurationException">The settings cannot be used at all.</exception>
    public SettingsMonitor(IConfiguration configuration, IHostEnvironment environment, ILogger<SettingsMonitor> logger, IEnumerable<IDependencyKind>? kinds = null)
    {
        _configuration = configuration;
        _isProduction = environment.IsProduction();
        _logger = logger;
        _kinds = [.. kinds ?? []];
        _current = DrResilienceSettingsReader.Read(configuration, _isProduction, _kinds);
        AnnounceChaos(_current);
        _subscription = ChangeToken.OnChange(configuration.GetReloadToken, Reload);
    }

    /// <summary>Raised after new settings are in use, on the thread that reloaded.</summary>
    public event Action<DrResilienceSettings>? Changed;

    public DrResilienceSettings Current => Volatile.Read(ref _current);

    /// <summary>What was wrong with the last reload; empty when it is in use.</summary>
    public IReadOnlyList<string> RefusedReload => Volatile.Read(ref _refused);

    public void Dispose() => _subscription.Dispose();

    private void Reload()
    {
        lock (_reloading)
        {
            try
            {
                Volatile.Write(ref _current, DrResilienceSettingsReader.Read(_configuration, _isProduction, _kinds));
                Volatile.Write(ref _refused, []);
                Reloads.Add(1, new KeyValuePair<string, object?>("dr.result", "accepted"));
                AnnounceChaos(_current);
            }
            catch (DrResilienceConfigurationException exception)
            {
                Volatile.Write(ref _refused, exception.Errors);
                Reloads.Add(1, new KeyValuePair<string, object?>("dr.result", "refused"));
                LogRefused(_logger, exception.Message);
                return;
            }
        }

        Changed?.Invoke(Current);
    }

    /// <summary>Nobody should look for the cause of a fault that is injected.</summary>
    private void AnnounceChaos(DrResilienceSettings settings)
    {
        var chaos = settings.DescribeChaos();
        if (chaos.Length > 0 && chaos != _chaos)
        {
            LogChaos(_logger, chaos);
        }
        else if (chaos.Length == 0 && _chaos.Length > 0)
        {
            LogNoChaos(_logger, _chaos);
        }

        _chaos = chaos;
    }

    [LoggerMessage(1100, LogLevel.Error, "The changed configuration is refused and the last good one stays in use. {Errors}")]
    private static partial void LogRefused(ILogger logger, string errors);

    [LoggerMessage(1104, LogLevel.Warning, "Faults are injected into the calls of {Dependencies}. Set Chaos:Enabled to false to end it.")]
    private static partial void LogChaos(ILogger logger, string dependencies);

    [LoggerMessage(1105, LogLevel.Information, "Faults are no longer injected. Until now they were into the calls of {Dependencies}.")]
    private static partial void LogNoChaos(ILogger logger, string dependencies);
}
