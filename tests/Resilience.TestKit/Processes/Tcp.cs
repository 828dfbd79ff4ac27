using System.Net.Sockets;

namespace Resilience.TestKit.Processes;

internal static class Tcp
{
    public static Task WaitUntilRefusedAsync(string host, int port, CancellationToken ct) =>
        Eventually.UntilAsync(
            async token =>
            {
                using var client = new TcpClient();
                try
                {
                    await client.ConnectAsync(host, port, token);
                    return false;
                }
                catch (SocketException)
                {
                    return true;
                }
            },
            () => $"{host}:{port} still accepts connections", ct);
}
