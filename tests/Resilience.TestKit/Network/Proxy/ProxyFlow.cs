using System.Net.Sockets;

namespace Resilience.TestKit.Network;

/// <summary>One half of a connection: reads into the delay line, and writes from it what the toxics let pass, when they do.</summary>
internal sealed class ProxyFlow(ProxyConnection connection, ToxicDirection half, Socket from, Socket to, ProxySettings settings)
{
    private const int LargestRead = 16 * 1024;

    // With a latency of 200 ms still 20 MB a second.
    private const long Capacity = 4 * 1024 * 1024;

    private readonly DelayLine _line = new(Capacity);
    private readonly Dictionary<AddedToxic, long> _counted = [];
    private FlowConditions _conditions = new(settings.Board.Current, connection.Number, half);
    private long _freeAt = long.MinValue;
    private volatile bool _hole;

    /// <summary>Whether bytes are missing in a stream that passes again.</summary>
    public bool IsTorn => _hole && !new FlowConditions(settings.Board.Current, connection.Number, half).Swallows;

    public async Task ReadAsync(CancellationToken ended)
    {
        var buffer = new byte[LargestRead];
        for (var number = 0L; ; number++)
        {
            await _line.WaitForRoomAsync(ended);
            var count = await from.ReceiveAsync(buffer, ended);
            var chance = Chance.Of(settings.Seed, -((2 * connection.Number) + (int)half), number);
            _line.Add(new Chunk(buffer.AsSpan(0, count).ToArray(), settings.Time.GetTimestamp(), chance));
            if (count == 0)
            {
                return;
            }
        }
    }

    public async Task WriteAsync(CancellationToken ended)
    {
        while (true)
        {
            var chunk = await _line.TakeAsync(ended);
            if (chunk.IsEnd)
            {
                await EndAsync(chunk, ended);
                return;
            }

            await PassAsync(chunk, ended);
            _line.Release(chunk);
        }
    }

    private async Task PassAsync(Chunk chunk, CancellationToken ended)
    {
        var rest = chunk.Bytes;
        while (!rest.IsEmpty)
        {
            var conditions = Look();
            if (conditions.Swallows)
            {
                _hole = true;
                if (!conditions.Changed.IsCancellationRequested)
                {
                    return;
                }

                // Whoever watches for the change may have looked before there was a hole.
                continue;
            }

            if (_hole)
            {
                connection.End(ToxicDirection.Both);
                ended.ThrowIfCancellationRequested();
            }

            var due = settings.Time.After(chunk.At, conditions.DelayOf(chunk));
            if (await settings.Time.WaitUntilAsync(Math.Max(due, _freeAt), conditions.Changed, ended))
            {
                continue;
            }

            var piece = (int)Math.Min(conditions.PieceOf(rest.Length), LeftOf(conditions));
            await SendAsync(rest[..piece], ended);
            rest = rest[piece..];
            Count(conditions, piece);
            if (LeftOf(conditions) == 0)
            {
                connection.End(reset: null);
                ended.ThrowIfCancellationRequested();
            }
        }
    }

    private async Task EndAsync(Chunk end, CancellationToken ended)
    {
        FlowConditions conditions;
        do
        {
            conditions = Look();
        }
        while (await settings.Time.WaitUntilAsync(
            conditions.Swallows ? null : settings.Time.After(end.At, conditions.DelayOf(end) + conditions.CloseDelay), conditions.Changed, ended));

        to.Shutdown(SocketShutdown.Send);
    }

    private FlowConditions Look()
    {
        if (_conditions.Changed.IsCancellationRequested)
        {
            _conditions = new FlowConditions(settings.Board.Current, connection.Number, half);
            _freeAt = long.MinValue;
        }

        return _conditions;
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> piece, CancellationToken ended)
    {
        while (!piece.IsEmpty)
        {
            piece = piece[await to.SendAsync(piece, ended)..];
        }
    }

    private void Count(FlowConditions conditions, int bytes)
    {
        foreach (var limit in conditions.Limits)
        {
            _counted[limit] = _counted.GetValueOrDefault(limit) + bytes;
        }

        var pause = conditions.PauseAfter(bytes);
        if (pause > TimeSpan.Zero)
        {
            _freeAt = settings.Time.After(Math.Max(_freeAt, settings.Time.GetTimestamp()), pause);
        }
    }

    private long LeftOf(FlowConditions conditions) =>
        conditions.Limits.Min(limit => (long?)Math.Max(0, ((LimitDataToxic)limit.Toxic).Bytes - _counted.GetValueOrDefault(limit))) ?? long.MaxValue;
}
