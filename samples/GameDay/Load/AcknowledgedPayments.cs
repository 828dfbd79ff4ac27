namespace GameDay.Load;

/// <summary>The latest payments that the service acknowledged; readers ask for these. Thread-safe.</summary>
internal sealed class AcknowledgedPayments
{
    private const int Kept = 512;

    private readonly Lock _lock = new();
    private readonly string[] _ids = new string[Kept];
    private long _count;

    public void Add(string id)
    {
        lock (_lock)
        {
            _ids[_count++ % Kept] = id;
        }
    }

    public string? Pick(Random random)
    {
        lock (_lock)
        {
            return _count == 0 ? null : _ids[random.Next((int)Math.Min(_count, Kept))];
        }
    }
}
