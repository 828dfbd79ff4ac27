using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Resilience.AspNetCore.Tests.Management;

/// <summary>Sends bytes as they are and reads until the other side closes. Blocks, so that it needs no thread pool.</summary>
internal static class RawClient
{
    private const int Patience = 10_000;

    public static Socket Connect(IPEndPoint address)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = Patience, SendTimeout = Patience, NoDelay = true };
        socket.Connect(address);
        return socket;
    }

    public static string Exchange(IPEndPoint address, string request) => Exchange(address, Encoding.Latin1.GetBytes(request));

    public static string Exchange(IPEndPoint address, byte[] request)
    {
        using var socket = Connect(address);
        socket.Send(request);
        return ReadToEnd(socket);
    }

    public static string ReadToEnd(Socket socket)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (socket.Receive(buffer) is var count and > 0)
        {
            text.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }

        return text.ToString();
    }
}
