namespace Resilience.TestKit.Services;

/// <summary>The last lines that a service wrote; a service that logs without end must not fill the memory of its test.</summary>
internal sealed class OutputBuffer(int capacity)
{
    private readonly Lock _gate = new();
    private readonly Queue<string> _lines = new();

    public void Add(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_gate)
        {
            _lines.Enqueue(line);
            if (_lines.Count > capacity)
            {
                _lines.Dequeue();
            }
        }
    }

    public IReadOnlyList<string> Snapshot()
    {
        lock (_gate)
        {
            return [.. _lines];
        }
    }

    public string Tail() => string.Join(" | ", Snapshot().TakeLast(10));
}
