using System.Threading.Channels;

namespace Resilience.TestKit.Network;

/// <summary>What was read and not yet written, bounded in bytes. One reads into it and one writes from it.</summary>
internal sealed class DelayLine(long capacity)
{
    private readonly Channel<Chunk> _chunks = Channel.CreateUnbounded<Chunk>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private readonly Lock _gate = new();
    private TaskCompletionSource? _room;
    private long _held;

    /// <summary>Before each read: while this waits, the sender's window closes, and it feels how slow the way is.</summary>
    public Task WaitForRoomAsync(CancellationToken ct)
    {
        lock (_gate)
        {
            if (_held < capacity)
            {
                return Task.CompletedTask;
            }

            _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _room.Task.WaitAsync(ct);
        }
    }

    public void Add(Chunk chunk)
    {
        lock (_gate)
        {
            _held += chunk.Weight;
        }

        _chunks.Writer.TryWrite(chunk);
    }

    public ValueTask<Chunk> TakeAsync(CancellationToken ct) => _chunks.Reader.ReadAsync(ct);

    /// <summary>It is written, or never will be.</summary>
    public void Release(Chunk chunk)
    {
        lock (_gate)
        {
            _held -= chunk.Weight;
            if (_held < capacity && _room is { } room)
            {
                _room = null;
                room.SetResult();
            }
        }
    }
}
