using Resilience.TestKit;

namespace GameDay.Deployment;

/// <summary>The proxies between the service and what it calls, where an experiment asks for them.</summary>
internal sealed class SystemProxies : IAsyncDisposable
{
    private const string Loopback = "127.0.0.1";

    private readonly Dictionary<string, ToxicProxy> _proxies = new(StringComparer.Ordinal);

    /// <summary>What can be put behind a proxy.</summary>
    public static IReadOnlyList<string> Targets { get; } = [.. SimulatorFaults.Services, "cache", "us-east-1", "us-west-2"];

    public static SystemProxies Start(DeploymentSpec spec, PaymentSystem system, int seed)
    {
        var proxies = new SystemProxies();
        foreach (var target in spec.Proxies)
        {
            var (host, port) = target switch
            {
                "cache" => (system.Redis.Host, system.Redis.Port),
                _ when SimulatorFaults.Services.Contains(target) => (system.Simulators.BaseAddress.Host, system.Simulators.BaseAddress.Port),
                _ => (system.Database[target].Host, system.Database[target].Port),
            };
            proxies._proxies[target] = ToxicProxy.Start(Loopback, FreePort.Reserve(), host, port, seed: seed);
        }

        return proxies;
    }

    public ToxicProxy Of(string target) => _proxies[target];

    /// <summary>Where a target is reached: at its proxy, or directly.</summary>
    public (string Host, int Port) AddressOf(string target, string host, int port) =>
        _proxies.TryGetValue(target, out var proxy) ? (proxy.Host, proxy.Port) : (host, port);

    public async ValueTask DisposeAsync()
    {
        foreach (var proxy in _proxies.Values)
        {
            await proxy.DisposeAsync();
        }
    }
}
