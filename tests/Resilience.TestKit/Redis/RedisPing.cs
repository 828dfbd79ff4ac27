using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Resilience.TestKit.Redis;

/// <summary>Redis' inline commands over plain TCP, so that the kit needs no client library.</summary>
internal static class RedisPing
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public static async Task<bool> TryAsync(string host, int port, CancellationToken ct) => await AskAsync(host, port, "PING", ct) == "+PONG";

    /// <summary>The number of keys that begin so; null when there was no answer.</summary>
    public static async Task<int?> TryCountKeysAsync(string host, int port, string prefix, CancellationToken ct) =>
        await AskAsync(host, port, $"EVAL \"return #redis.call('KEYS', ARGV[1])\" 0 {prefix}*", ct) is { } answer && answer.StartsWith(':') ? int.Parse(answer.AsSpan(1), CultureInfo.InvariantCulture) : null;

    /// <summary>The line that is answered; null when there was none within a second.</summary>
    private static async Task<string?> AskAsync(string host, int port, string command, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(Patience);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(host, port, patience.Token);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(command + "\r\n"), patience.Token);
            using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
            return await reader.ReadLineAsync(patience.Token);
        }
        catch (Exception e) when (e is SocketException or IOException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            return null;
        }
    }
}
