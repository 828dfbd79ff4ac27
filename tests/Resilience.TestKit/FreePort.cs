using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Resilience.TestKit;

/// <summary>Hands out TCP ports, each at most once per process.</summary>
/// <remarks>
/// Ports lie below the range from which Linux takes the local ports of outgoing connections: otherwise any client
/// connection could take the port of a server while it is down, and its restart would fail. Safe for concurrent use.
/// </remarks>
public static class FreePort
{
    private const int First = 20_000;
    private const int Last = 32_000;

    private static readonly Lock Gate = new();

    // Parallel test processes start at different places; within one process ports ascend and so never repeat.
    private static int s_next = RandomNumberGenerator.GetInt32(First, Last);

    /// <summary>Reserves a port that nothing listens on, on any address of this machine.</summary>
    /// <returns>A port between 20000 and 32000 that this process was not given before.</returns>
    /// <exception cref="InvalidOperationException">No port of the range is free.</exception>
    public static int Reserve()
    {
        lock (Gate)
        {
            for (var tried = First; tried < Last; tried++)
            {
                var port = s_next;
                s_next = port + 1 < Last ? port + 1 : First;
                if (IsFree(port))
                {
                    return port;
                }
            }
        }

        throw new InvalidOperationException($"No free port between {First} and {Last}; stop some of the listening processes.");
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Any, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
