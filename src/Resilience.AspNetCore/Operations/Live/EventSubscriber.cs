using System.Threading.Channels;

namespace Resilience.AspNetCore.Operations.Live;

/// <summary>One open page: the newest event that it has not been sent. An older one that was not fetched in time is forgotten.</summary>
internal sealed class EventSubscriber
{
    private readonly Channel<ReadOnlyMemory<byte>> _next = Channel.CreateBounded<ReadOnlyMemory<byte>>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private readonly Lock _lock = new();
    private bool _hasEnded;

    public EventSubscriber(ReadOnlyMemory<byte> first) => Offer(first);

    public void Offer(ReadOnlyMemory<byte> payload)
    {
        lock (_lock)
        {
            if (!_hasEnded)
            {
                _next.Writer.TryWrite(payload);
            }
        }
    }

    /// <summary>The last event; the stream ends after it.</summary>
    public void End(ReadOnlyMemory<byte> last)
    {
        lock (_lock)
        {
            _hasEnded = true;
            _next.Writer.TryWrite(last);
            _next.Writer.TryComplete();
        }
    }

    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAllAsync(CancellationToken cancellationToken) => _next.Reader.ReadAllAsync(cancellationToken);
}
