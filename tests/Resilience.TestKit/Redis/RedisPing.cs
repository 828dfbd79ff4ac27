using System.Net.Sockets;

namespace Resilience.TestKit.Redis;

/// <summary>Redis' inline PING over plain TCP, so that the kit needs no client library.</summary>
internal static class RedisPing
{
    public static async Task<bool> TryAsync(string host, int port, CancellationToken ct)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(host, port, ct);
            await client.GetStream().WriteAsync("PING\r\n"u8.ToArray(), ct);
            var answer = new byte["+PONG\r\n".Length];
            await client.GetStream().ReadExactlyAsync(answer, ct);
            return answer.AsSpan().SequenceEqual("+PONG\r\n"u8);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return false;
        }
    }
}
