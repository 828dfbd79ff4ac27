using System.Net;
using System.Net.Sockets;
using Npgsql;
using Resilience.TestKit;

namespace Resilience.IntegrationTests.Postgres;

/// <summary>
/// A TCP proxy in front of a server that can lose the answer to a COMMIT, or the COMMIT itself, once per request of the
/// test, and refuse connections while told to.
/// </summary>
public sealed class CommitCutter : IAsyncDisposable
{
    /// <summary>With the terminating zero: "READ COMMITTED" is none.</summary>
    private static readonly byte[] Commit = "COMMIT\0"u8.ToArray();
    private readonly PostgresServer _server;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TcpListener _listener;
    private readonly Task _accepting;
    private int _cuts;

    public CommitCutter(PostgresServer server)
    {
        _server = server;
        _listener = new TcpListener(IPAddress.Loopback, 0);
        _listener.Start();
        _accepting = Task.Run(AcceptAsync);
    }

    public string ConnectionString => new NpgsqlConnectionStringBuilder(_server.ConnectionString)
    {
        Host = "127.0.0.1",
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port,
    }.ConnectionString;

    /// <summary>Whether the server gets to see the COMMIT before the connection is cut.</summary>
    public bool Forward { get; set; }

    /// <summary>New connections are closed at once.</summary>
    public bool Closed { get; set; }

    /// <summary>Closes the proxy with the next cut, so that nobody can be asked afterwards.</summary>
    public bool CloseWithCut { get; set; }

    public void CutNext(int times, bool forward)
    {
        Forward = forward;
        Volatile.Write(ref _cuts, times);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var client = await _listener.AcceptTcpClientAsync(_stopping.Token);
            if (Closed)
            {
                client.Close();
                continue;
            }

            _ = ServeAsync(client);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var server = new TcpClient();
        using (client)
        {
            try
            {
                await server.ConnectAsync(_server.Host, _server.Port, _stopping.Token);
                var back = server.GetStream().CopyToAsync(client.GetStream(), _stopping.Token);
                await Task.WhenAll(back, ForwardAllAsync(client.GetStream(), server));
            }
            catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // Either side is gone; both are closed below.
            }
        }
    }

    private async Task ForwardAllAsync(NetworkStream client, TcpClient server)
    {
        try
        {
            await ForwardAsync(client, server.GetStream());
        }
        finally
        {
            server.Client.Shutdown(SocketShutdown.Send);
        }
    }

    private async Task ForwardAsync(NetworkStream client, NetworkStream server)
    {
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await client.ReadAsync(buffer, _stopping.Token)) > 0)
        {
            if (buffer.AsSpan(0, read).IndexOf(Commit) >= 0 && Interlocked.Decrement(ref _cuts) >= 0)
            {
                Closed = CloseWithCut;
                client.Close();
                if (Forward)
                {
                    await server.WriteAsync(buffer.AsMemory(0, read), _stopping.Token);
                    await server.FlushAsync(_stopping.Token);
                    await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, _stopping.Token);
                }

                return;
            }

            await server.WriteAsync(buffer.AsMemory(0, read), _stopping.Token);
        }
    }
}
