using Microsoft.Extensions.Configuration;
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
    private readonly ILogger _logger;
    private readonly IDisposable _subscription;
    private readonly Lock _reloading = new();
    private DrResilienceSettings _current;
    private IReadOnlyList<string> _refused = [];

    /// <exception cref="DrResilienceConfigurationException">The settings cannot be used at all.</exception>
    public SettingsMonitor(IConfiguration configuration, ILogger<SettingsMonitor> logger)
    {
        _configuration = configuration;
        _logger = logger;
        _current = DrResilienceSettingsReader.Read(configuration);
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
                Volatile.Write(ref _current, DrResilienceSettingsReader.Read(_configuration));
                Volatile.Write(ref _refused, []);
                Reloads.Add(1, new KeyValuePair<string, object?>("dr.result", "accepted"));
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

    [LoggerMessage(1100, LogLevel.Error, "The changed configuration is refused and the last good one stays in use. {Errors}")]
    private static partial void LogRefused(ILogger logger, string errors);
}
