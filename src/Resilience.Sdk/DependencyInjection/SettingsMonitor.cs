using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using Resilience.Diagnostics;
using Resilience.Internal;

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
    private readonly NamesInCode _code;
    private readonly ILogger _logger;
    private readonly IReadOnlyCollection<IDependencyKind> _kinds;
    private readonly IDisposable _subscription;
    private readonly Lock _reloading = new();
    private DrResilienceSettings _current;
    private IReadOnlyList<string> _refused = [];
    private string _chaos = "";

    /// <exception cref="DrResilienceConfigurationException">The settings cannot be used at all.</exception>
    public SettingsMonitor(
        IConfiguration configuration, IHostEnvironment environment, NamesInCode code, ILogger<SettingsMonitor> logger, IEnumerable<IDependencyKind>? kinds = null)
    {
        _configuration = configuration;
        _isProduction = environment.IsProduction();
        _code = code;
        _logger = logger;
        _kinds = [.. kinds ?? []];
        _current = DrResilienceSettingsReader.Read(configuration, _isProduction, code, _kinds);
        AnnounceChaos(_current);
        _subscription = ChangeToken.OnChange(configuration.GetReloadToken, Reload);
    }

    /// <summary>Raised after new settings are in use, on the thread that reloaded.</summary>
    public event Action<DrResilienceSettings>? Changed;

    /// <summary>Asked before a reload takes effect: why it must not, or null.</summary>
    public event Func<DrResilienceSettings, string?>? Veto;

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
                var settings = DrResilienceSettingsReader.Read(_configuration, _isProduction, _code, _kinds);
                if (Objections(settings) is { Count: > 0 } objections)
                {
                    Refuse(objections);
                    return;
                }

                Volatile.Write(ref _current, settings);
            }
            catch (DrResilienceConfigurationException exception)
            {
                Refuse(exception.Errors);
                return;
            }

            // What can be used is in use; that a file could not be read is said all the same.
            if (Unreadable() is { Count: > 0 } unreadable)
            {
                Refuse(unreadable);
            }
            else
            {
                Volatile.Write(ref _refused, []);
                Reloads.Add(1, new KeyValuePair<string, object?>("dr.result", "accepted"));
            }

            AnnounceChaos(_current);
        }

        Changed?.Invoke(Current);
    }

    private List<string> Objections(DrResilienceSettings settings) => [.. Veto?.GetInvocationList().Cast<Func<DrResilienceSettings, string?>>().Select(veto => veto(settings)).OfType<string>() ?? []];

    private List<string> Unreadable() =>
        [.. (_configuration as IConfigurationRoot)?.Providers.OfType<IReloadState>().Select(provider => provider.ReloadError).OfType<string>() ?? []];

    private void Refuse(IReadOnlyList<string> errors)
    {
        Volatile.Write(ref _refused, errors);
        Reloads.Add(1, new KeyValuePair<string, object?>("dr.result", "refused"));
        LogRefused(_logger, string.Join(' ', errors));
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
