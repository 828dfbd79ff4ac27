using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Resilience.TestKit;

namespace Resilience.IntegrationTests.Redis;

/// <summary>Asks a server how many clients it has, over plain TCP: the connection that asks is not counted.</summary>
internal static class RedisClients
{
    public static async Task<int> CountAsync(RedisServer server)
    {
        const string Key = "connected_clients:";
        using var client = new TcpClient();
        await client.ConnectAsync(server.Host, server.Port);
        await client.GetStream().WriteAsync("INFO clients\r\n"u8.ToArray());
        using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
        while (await reader.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(Key, StringComparison.Ordinal))
            {
                return int.Parse(line.AsSpan(Key.Length), CultureInfo.InvariantCulture) - 1;
            }
        }

        throw new InvalidOperationException("Redis did not say.");
    }
}
