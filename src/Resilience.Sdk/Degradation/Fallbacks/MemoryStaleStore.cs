using System.Collections.Concurrent;

namespace Resilience.Degradation.Fallbacks;

/// <summary>Keeps answers in this process. When it is full, the oldest tenth goes.</summary>
internal sealed class MemoryStaleStore(TimeProvider time, int capacity = 10_000) : IStaleStore
{
    private readonly ConcurrentDictionary<(string Fallback, string Key), Entry> _entries = new();
    private int _trimming;

    public void Keep<T>(string fallback, string key, T value)
    {
        _entries[(fallback, key)] = new Entry(value, time.GetTimestamp());
        if (_entries.Count > capacity && Interlocked.Exchange(ref _trimming, 1) == 0)
        {
            foreach (var (oldest, _) in _entries.OrderBy(entry => entry.Value.KeptAt).Take((capacity / 10) + 1))
            {
                _entries.TryRemove(oldest, out _);
            }

            Volatile.Write(ref _trimming, 0);
        }
    }

    public ValueTask<FallbackAnswer<T>?> FindAsync<T>(string fallback, string key, CancellationToken cancellationToken) =>
        new(_entries.TryGetValue((fallback, key), out var entry) && entry.Value is T value
            ? new FallbackAnswer<T>(value, time.GetElapsedTime(entry.KeptAt))
            : null);

    private sealed record Entry(object? Value, long KeptAt);
}
