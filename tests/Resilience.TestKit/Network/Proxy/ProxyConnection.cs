using System.Net.Sockets;

namespace Resilience.TestKit.Network;

/// <summary>A client's connection and the one that the proxy opened for it.</summary>
internal sealed class ProxyConnection
{
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _ended = new();
    private readonly Socket _client;
    private readonly Socket _server = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly ProxySettings _settings;
    private readonly ProxyFlow _up;
    private readonly ProxyFlow _down;
    private readonly long _since;
    private int _over;

    public ProxyConnection(int number, Socket client, ProxySettings settings)
    {
        Number = number;
        _client = client;
        _client.NoDelay = true;
        _settings = settings;
        _since = settings.Time.GetTimestamp();
        _up = new ProxyFlow(this, ToxicDirection.Upstream, _client, _server, settings);
        _down = new ProxyFlow(this, ToxicDirection.Downstream, _server, _client, settings);
    }

    /// <summary>The how-many-eth of the proxy it is; from 1.</summary>
    public int Number { get; }

    /// <summary>Passes bytes on until both halves have ended or <see cref="End"/> was called. Never fails.</summary>
    public async Task RunAsync()
    {
        var watch = GuardAsync(WatchAsync);
        await GuardAsync(ConnectAsync);
        await Task.WhenAll(GuardAsync(_up.ReadAsync), GuardAsync(_up.WriteAsync), GuardAsync(_down.ReadAsync), GuardAsync(_down.WriteAsync));
        End(reset: null);
        await watch;
    }

    /// <summary>Ends both sides at once; safe to call at any time, and the first call decides how.</summary>
    /// <param name="reset">Which sides get a TCP reset; the others see an ordinary end.</param>
    public void End(ToxicDirection? reset)
    {
        if (Interlocked.Exchange(ref _over, 1) != 0)
        {
            return;
        }

        _ended.Cancel();
        Close(_client, reset is ToxicDirection.Both or ToxicDirection.Downstream);
        Close(_server, reset is ToxicDirection.Both or ToxicDirection.Upstream);
    }

    private static void Close(Socket socket, bool reset)
    {
        if (reset)
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }

        socket.Dispose();
    }

    private async Task ConnectAsync(CancellationToken ended)
    {
        using var patience = new CancellationTokenSource(ConnectPatience, _settings.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ended, patience.Token);
        await _server.ConnectAsync(_settings.UpstreamHost, _settings.UpstreamPort, either.Token);
    }

    /// <summary>Ends the connection when a toxic says so; apart from the flows, which may be waiting for bytes or for their reader.</summary>
    private async Task WatchAsync(CancellationToken ended)
    {
        while (true)
        {
            var set = _settings.Board.Current;
            var next = set.Of(Number)
                .Where(t => t.Toxic is ResetToxic)
                .Select(t => (At: _settings.Time.After(Math.Max(t.At, _since), ((ResetToxic)t.Toxic).After), t.Toxic.Direction))
                .OrderBy(t => t.At)
                .Select(t => ((long At, ToxicDirection Sides)?)t)
                .FirstOrDefault();
            if (_up.IsTorn || _down.IsTorn)
            {
                End(ToxicDirection.Both);
                return;
            }

            if (!await _settings.Time.WaitUntilAsync(next?.At, set.Changed, ended))
            {
                End(next!.Value.Sides);
                return;
            }
        }
    }

    // A side that is gone, or cannot be reached, is told to the other by a reset, as the network would.
    private async Task GuardAsync(Func<CancellationToken, Task> part)
    {
        try
        {
            await part(_ended.Token);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            End(ToxicDirection.Both);
        }
    }
}
