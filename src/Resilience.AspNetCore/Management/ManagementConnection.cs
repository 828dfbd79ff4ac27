using System.Net.Sockets;

namespace Resilience.AspNetCore.Management;

/// <summary>One connection to the management listener: so many bytes, so much time, one request. The listener's thread only.</summary>
internal sealed class ManagementConnection(Socket socket, TimeSpan openedAt) : IDisposable
{
    /// <summary>The longest head of a request, in bytes.</summary>
    public const int MostBytes = 8 * 1024;

    /// <summary>How long a connection may take for everything.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(3);

    // What a client goes on sending after its answer is read and dropped up to here; closing with unread bytes would
    // reset the connection, and a reset can overtake the answer.
    private const int MostDropped = 64 * 1024;

    private byte[] _received = new byte[1024];
    private int _length;
    private byte[]? _answer;
    private int _sent;
    private int _dropped;

    public Socket Socket => socket;

    public TimeSpan OpenedAt => openedAt;

    public bool IsSending => _answer is not null && _sent < _answer.Length;

    /// <summary>Takes what has arrived.</summary>
    /// <returns>False when the connection is done with.</returns>
    public bool Receive(Func<ManagementRequest, ManagementAnswer> answer)
    {
        if (_answer is not null)
        {
            return Drop();
        }

        if (_length == _received.Length)
        {
            Array.Resize(ref _received, Math.Min(MostBytes, 2 * _length));
        }

        var count = socket.Receive(_received.AsSpan(_length), SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock)
        {
            return true;
        }

        if (error != SocketError.Success || count == 0)
        {
            return false;
        }

        var searchFrom = Math.Max(0, _length - 3);
        _length += count;
        var received = _received.AsSpan(0, _length);
        var end = received[searchFrom..].IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return _length < MostBytes || Answer(new ManagementAnswer(431, "application/json", default), withBody: true);
        }

        var status = ManagementRequest.Parse(received[..(searchFrom + end + 2)], out var request);
        return Answer(status == 0 ? answer(request) : new ManagementAnswer(status, "application/json", default), request.Method != "HEAD");
    }

    /// <summary>Sends what is left of the answer.</summary>
    /// <returns>False when the connection is done with.</returns>
    public bool Send()
    {
        while (IsSending)
        {
            _sent += socket.Send(_answer.AsSpan(_sent), SocketFlags.None, out var error);
            if (error == SocketError.WouldBlock)
            {
                return true;
            }

            if (error != SocketError.Success)
            {
                return false;
            }
        }

        try
        {
            // The client closes when it has read; until then, or until time is up, the connection stays.
            socket.Shutdown(SocketShutdown.Send);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public void Dispose() => socket.Dispose();

    private bool Answer(in ManagementAnswer answer, bool withBody)
    {
        _answer = answer.ToBytes(withBody);
        return Send();
    }

    private bool Drop()
    {
        var count = socket.Receive(_received, SocketFlags.None, out var error);
        _dropped += count;
        return error == SocketError.WouldBlock || (error == SocketError.Success && count > 0 && _dropped < MostDropped);
    }
}
