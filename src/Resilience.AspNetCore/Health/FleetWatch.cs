using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Resilience.Health;
using Resilience.Internal;

namespace Resilience.AspNetCore.Health;

/// <summary>
/// Asks the other replicas whether they are ready, so that a dependency which is down for all of them does not take the
/// last ones out of service. Nothing is known without <c>Health:Fleet</c>, or while its name does not resolve: then each
/// replica decides alone.
/// </summary>
internal sealed class FleetWatch(Func<string?> address, Func<string, CancellationToken, Task<IPAddress[]>> resolve, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);
    private const int MostReplicas = 200;
    private readonly CancellationTokenSource _stop = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = Timeout };
    private int _isShort;

    /// <summary>Whether fewer than half of the replicas are ready without this one, so that it must stay.</summary>
    public bool IsShort => Volatile.Read(ref _isShort) != 0;

    public void Start() => _ = RunAsync(_stop.Token);

    public void Dispose()
    {
        _stop.Cancel();
        _http.Dispose();
    }

    /// <summary>Looks once.</summary>
    public async Task TickAsync(CancellationToken cancellationToken)
    {
        var isShort = false;
        if (address() is { } fleet)
        {
            var colon = fleet.LastIndexOf(':');
            var port = int.Parse(fleet.AsSpan(colon + 1), System.Globalization.CultureInfo.InvariantCulture);
            try
            {
                var replicas = await resolve(fleet[..colon], cancellationToken).WaitAsync(Timeout, time, cancellationToken);
                var own = OwnAddresses();
                var others = replicas.Where(replica => !own.Contains(replica)).Take(MostReplicas).ToList();
                var ready = (await Task.WhenAll(others.Select(other => IsReadyAsync(other, port, cancellationToken)))).Count(isReady => isReady);
                isShort = FleetRules.IsShort(replicas.Length, ready);
            }
            catch (Exception exception) when (exception is SocketException or TimeoutException)
            {
                // Not resolved: nothing is known of the others.
            }
        }

        Volatile.Write(ref _isShort, isShort ? 1 : 0);
    }

    private async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await TickAsync(stop);
            }
#pragma warning disable CA1031 // The loop survives every round.
            catch (Exception)
#pragma warning restore CA1031
            {
                Volatile.Write(ref _isShort, 0);
            }

            await Task.Delay(Interval, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> IsReadyAsync(IPAddress replica, int port, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _http.GetAsync(new Uri($"http://{new IPEndPoint(replica, port)}/health/ready"), cancellationToken);
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    private static HashSet<IPAddress> OwnAddresses() =>
        [.. NetworkInterface.GetAllNetworkInterfaces().SelectMany(network => network.GetIPProperties().UnicastAddresses).Select(unicast => unicast.Address)];
}
