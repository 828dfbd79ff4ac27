using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Resilience.TestKit.Network;

namespace Resilience.TestKit;

/// <summary>
/// The DNS server of a <see cref="PrivateNetwork"/>: it says of a name what a test tells it to say, and of all others that they
/// do not exist.
/// </summary>
/// <remarks>
/// One at a time per network. Every process in it asks this one and keeps no answer. It has a thread of its own: looking up a
/// name blocks one of the thread pool's, and an answer must not wait for those who ask.
/// </remarks>
public sealed class NameServer : IAsyncDisposable
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentDictionary<string, NameAnswer> _answers = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, int> _asked = new(StringComparer.OrdinalIgnoreCase);
    private readonly PriorityQueue<(byte[] Message, EndPoint Client), long> _heldBack = new();
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly Task _serving;
    private volatile bool _stop;

    private NameServer()
    {
        _socket.Bind(new IPEndPoint(IPAddress.Parse(PrivateNetwork.NameServerAddress), 53));
        _serving = Task.Factory.StartNew(Serve, CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
    }

    /// <summary>Starts answering.</summary>
    /// <returns>The server; disposing of it leaves nobody to ask.</returns>
    /// <exception cref="MissingCapabilityException">This is not a network that may be broken.</exception>
    public static NameServer Start()
    {
        PrivateNetwork.Require();
        return new NameServer();
    }

    /// <summary>Says this of a name from now on.</summary>
    /// <param name="name">The full name, without a dot at the end.</param>
    /// <param name="answer">What to say.</param>
    public void Say(string name, NameAnswer answer) => _answers[name] = answer;

    /// <summary>How often a name was asked for.</summary>
    /// <param name="name">The full name, without a dot at the end.</param>
    /// <returns>The count; a client usually asks for both versions of addresses, which counts as two.</returns>
    public int Asked(string name) => _asked.GetValueOrDefault(name);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _stop = true;
        await _serving;
        _socket.Dispose();
    }

    private void Serve()
    {
        var buffer = new byte[1500];
        EndPoint client = new IPEndPoint(IPAddress.Any, 0);
        while (!_stop)
        {
            try
            {
                if (_socket.Poll(LongestPause, SelectMode.SelectRead))
                {
                    var length = _socket.ReceiveFrom(buffer, ref client);
                    Answer(buffer.AsSpan(0, length), client);
                }

                while (_heldBack.TryPeek(out var due, out var at) && at <= TimeProvider.System.GetTimestamp())
                {
                    _heldBack.Dequeue();
                    _socket.SendTo(due.Message, due.Client);
                }
            }
            catch (SocketException)
            {
                // A client that waits no more and has closed its socket.
            }
        }
    }

    private void Answer(ReadOnlySpan<byte> query, EndPoint client)
    {
        if (!NameMessage.TryRead(query, out var name, out var type, out var end))
        {
            return;
        }

        _asked.AddOrUpdate(name, 1, (_, count) => count + 1);
        var answer = _answers.GetValueOrDefault(name, NameAnswer.NoSuchName);
        if (!answer.IsSilent)
        {
            var due = TimeProvider.System.GetTimestamp() + (long)(answer.Delay.TotalSeconds * TimeProvider.System.TimestampFrequency);
            _heldBack.Enqueue((NameMessage.Write(query, end, type, answer), client), due);
        }
    }
}
