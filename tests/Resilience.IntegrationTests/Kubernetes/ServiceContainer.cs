using System.Globalization;
using Resilience.TestKit;
using Resilience.TestKit.Kubernetes;

namespace Resilience.IntegrationTests.Kubernetes;

/// <summary>PaymentService as a real process in a pod, with the manifest's management port.</summary>
internal sealed class ServiceContainer : IPodContainer, IAsyncDisposable
{
    private readonly ServiceProcessOptions _options;
    private readonly int _managementPort = FreePort.Reserve();
    private ServiceProcess? _process;

    /// <param name="environment">Settings, as environment variables.</param>
    public ServiceContainer(IReadOnlyDictionary<string, string?> environment)
    {
        var settings = new Dictionary<string, string?>(environment, StringComparer.Ordinal)
        {
            ["DrResilience__Health__ManagementPort"] = _managementPort.ToString(CultureInfo.InvariantCulture),
            ["Logging__LogLevel__Default"] = "Warning",
            ["Embedded__Path"] = "payments.db",
        };
        _options = new ServiceProcessOptions { Program = ServicePaths.For("PaymentService"), Environment = settings };
    }

    public Uri Probes => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_managementPort}/"));

    public Uri Address => _process!.BaseAddress;

    public string Output => string.Join('\n', _process!.Output);

    public async Task StartAsync()
    {
        if (_process is null)
        {
            _process = ServiceProcess.Launch(_options);
        }
        else
        {
            await _process.RestartAsync();
        }
    }

    public async Task<bool> StopAsync(TimeSpan patience)
    {
        try
        {
            await _process!.TerminateAsync(patience);
            return true;
        }
        catch (TimeoutException)
        {
            await _process!.KillAsync();
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }
}
