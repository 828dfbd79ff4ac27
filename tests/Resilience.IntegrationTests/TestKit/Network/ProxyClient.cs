using System.Net.Sockets;
using Resilience.TestKit;

namespace Resilience.IntegrationTests.TestKit.Network;

/// <summary>A client of a proxy with an <see cref="EchoServer"/> behind it; every wait is bounded.</summary>
internal sealed class ProxyClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly TcpClient _client = new() { NoDelay = true };

    public Socket Socket => _client.Client;

    public static async Task<ProxyClient> ConnectAsync(ToxicProxy proxy)
    {
        var client = new ProxyClient();
        await client._client.ConnectAsync(proxy.Host, proxy.Port).WaitAsync(Patience, TimeProvider.System);
        return client;
    }

    public async Task SendAsync(byte[] bytes) => await _client.GetStream().WriteAsync(bytes);

    public void EndSending() => Socket.Shutdown(SocketShutdown.Send);

    /// <returns>How long it took until all of it was back.</returns>
    public async Task<TimeSpan> EchoAsync(byte[]? bytes = null)
    {
        var sent = bytes ?? [42];
        var back = new byte[sent.Length];
        var began = TimeProvider.System.GetTimestamp();
        var sending = SendAsync(sent);
        await _client.GetStream().ReadExactlyAsync(back).AsTask().WaitAsync(Patience, TimeProvider.System);
        await sending;
        Assert.Equal(sent, back);
        return TimeProvider.System.GetElapsedTime(began);
    }

    /// <returns>The count of the next read: 0 at an ordinary end; null for a reset; -1 when nothing happens within the time.</returns>
    public async Task<int?> ReadAsync(TimeSpan? patience = null)
    {
        using var enough = new CancellationTokenSource(patience ?? Patience);
        try
        {
            return await Socket.ReceiveAsync(new byte[64 * 1024], enough.Token);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            return null;
        }
        catch (OperationCanceledException)
        {
            return -1;
        }
    }

    public void Dispose() => _client.Dispose();
}
