using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Resilience.Health.Watchdog;

namespace Resilience.AspNetCore.Management;

/// <summary>Tries the application's own listener over a real connection, blocking, for a thread that may wait.</summary>
/// <param name="address">Where it listens.</param>
/// <param name="speaks">Whether it can be asked in plain text; of one with TLS only the connection is tried.</param>
internal sealed class ListenerProbe(IPEndPoint address, bool speaks)
{
    private const int PatienceMilliseconds = 2000;
    private static readonly byte[] Request = Encoding.ASCII.GetBytes("GET /health/live HTTP/1.1\r\nHost: localhost\r\nUser-Agent: dr-watchdog\r\nConnection: close\r\n\r\n");

    /// <returns>Null when there is nothing that can be tried: no server of its own, or a Unix socket.</returns>
    public static ListenerProbe? Of(IEnumerable<BindingAddress> addresses)
    {
        foreach (var address in addresses.Where(address => !address.IsUnixPipe && !address.IsNamedPipe).OrderBy(address => address.Scheme, StringComparer.Ordinal))
        {
            var host = IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) && !ip.Equals(IPAddress.Any) && !ip.Equals(IPAddress.IPv6Any) ? ip : IPAddress.Loopback;
            return new ListenerProbe(new IPEndPoint(host, address.Port), address.Scheme == "http");
        }

        return null;
    }

    public ListenerAnswer Try()
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { SendTimeout = PatienceMilliseconds, ReceiveTimeout = PatienceMilliseconds };
        try
        {
            socket.Connect(address);
        }
        catch (SocketException)
        {
            return ListenerAnswer.Refused;
        }

        if (!speaks)
        {
            return ListenerAnswer.Answered;
        }

        try
        {
            socket.Send(Request);

            // Whatever it says, it is there: a listener for HTTP/2 alone says that it does not understand.
            return socket.Receive(new byte[1]) > 0 ? ListenerAnswer.Answered : ListenerAnswer.Silent;
        }
        catch (SocketException)
        {
            return ListenerAnswer.Silent;
        }
    }
}
