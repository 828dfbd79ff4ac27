using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Resilience.Internal;

namespace Resilience.Postgres.Pooling;

/// <summary>
/// The addresses that a region's connections lead to, as far as its host name has told: it may tell others later, and what was
/// opened before stays where it is.
/// </summary>
internal sealed class ServerAddresses(NameLookup name, string host, int port, TimeProvider time)
{
    private const int Most = 32;
    private static readonly TimeSpan LongestLookup = TimeSpan.FromSeconds(5);
    private ImmutableHashSet<IPEndPoint> _known =
        IPAddress.TryParse(host, out var address) ? [ServerSockets.Plain(address, port)] : [];

    public ImmutableHashSet<IPEndPoint> Known => Volatile.Read(ref _known);

    /// <summary>Looks the host up once more; never throws. Off every request's path: a resolver may be silent.</summary>
    /// <returns>Whether all addresses are known that new connections can have now.</returns>
    public async Task<bool> LookUpAsync()
    {
        if (!name.IsName)
        {
            return true;
        }

        try
        {
            var found = await name.ResolveAsync(CancellationToken.None).WaitAsync(LongestLookup, time);
            var known = Known.Union(found.Select(address => ServerSockets.Plain(address, port)));
            Volatile.Write(ref _known, known.Count <= Most ? known : [.. found.Select(address => ServerSockets.Plain(address, port))]);
            return true;
        }
        catch (Exception exception) when (exception is SocketException or TimeoutException or ArgumentException)
        {
            // What was known before is known still.
            return false;
        }
    }
}
