using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Resilience.TestKit.Network;

/// <summary>The socket on which HAProxy says how its servers are.</summary>
internal static class HaproxySocket
{
    private const int LongestAnswer = 1024 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <exception cref="IOException">It does not answer.</exception>
    public static async Task<IReadOnlyList<HaproxyServerState>> ServersAsync(string path, CancellationToken ct)
    {
        // Of all proxies (-1) the servers (4), with any id (-1).
        var lines = (await AskAsync(path, "show stat -1 4 -1\n", ct)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length == 0 || !lines[0].StartsWith("# ", StringComparison.Ordinal))
        {
            throw new IOException($"HAProxy's answer on '{path}' is not the table of its servers.");
        }

        var columns = lines[0][2..].Split(',');
        return [.. lines.Skip(1).Select(line => Read(columns, line.Split(',')))];
    }

    private static HaproxyServerState Read(string[] columns, string[] row)
    {
        string Of(string column) => row.ElementAtOrDefault(Array.IndexOf(columns, column)) ?? "";
        _ = long.TryParse(Of("stot"), NumberStyles.None, CultureInfo.InvariantCulture, out var sessions);
        return new HaproxyServerState(Of("pxname"), Of("svname"), Of("status"), Of("check_status"), sessions);
    }

    private static async Task<string> AskAsync(string path, string command, CancellationToken ct)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, patience.Token);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), either.Token);
            await socket.SendAsync(Encoding.ASCII.GetBytes(command), either.Token);
            var answer = new MemoryStream();
            var buffer = new byte[16 * 1024];
            while (await socket.ReceiveAsync(buffer, either.Token) is var count and > 0)
            {
                await answer.WriteAsync(buffer.AsMemory(0, count), either.Token);
                if (answer.Length > LongestAnswer)
                {
                    throw new IOException($"HAProxy's answer on '{path}' is longer than {LongestAnswer} bytes.");
                }
            }

            return Encoding.UTF8.GetString(answer.ToArray());
        }
        catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            throw new IOException($"HAProxy does not answer on '{path}': {e.Message}", e);
        }
    }
}
