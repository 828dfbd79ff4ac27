using Resilience.TestKit;

namespace GameDay.Deployment;

/// <summary>The proxies before and beside replicas: the load balancer, and the sidecar through which all HTTP of a replica goes.</summary>
internal static class ReplicaProxies
{
    private const string Loopback = "127.0.0.1";
    private const string Inbound = "in";

    public static Task<HaproxyProcess> StartBalancerAsync(IReadOnlyList<Replica> replicas, CancellationToken ct) => HaproxyProcess.StartAsync(
        HaproxyOptions.Balancer([.. replicas.Select(replica => new HaproxyServer(replica.Name, replica.Front.Host, replica.Front.Port))]) with { Name = "balancer" }, ct);

    /// <summary>Starts the sidecar of a replica whose process listens, or will listen, on a port.</summary>
    public static Task<HaproxyProcess> StartSidecarAsync(string replica, int servicePort, PaymentSystem system, CancellationToken ct)
    {
        var (host, port) = (system.Simulators.BaseAddress.Host, system.Simulators.BaseAddress.Port);
        var servers = SimulatorFaults.Services.Select(service => new HaproxyServer(service, host, port)).Append(new HaproxyServer(Inbound, Loopback, servicePort));
        return HaproxyProcess.StartAsync(HaproxyOptions.Sidecar([.. servers]) with { Name = $"sidecar-{replica}" }, ct);
    }

    public static Uri FrontOf(HaproxyProcess balancer) => new UriBuilder(Uri.UriSchemeHttp, Loopback, balancer.PortOf()).Uri;

    public static Uri InboundOf(HaproxyProcess sidecar) => Of(sidecar, Inbound);

    public static Uri Of(HaproxyProcess sidecar, string service) => new UriBuilder(Uri.UriSchemeHttp, Loopback, sidecar.PortOf(service)).Uri;
}
