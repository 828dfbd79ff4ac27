namespace Simulators.Faults;

/// <summary>One sequence for all requests, so that a run can be repeated from its seed.</summary>
internal sealed class SeededRandom(int seed)
{
    private readonly Lock _lock = new();
    private readonly Random _random = new(seed);

    public int Seed { get; } = seed;

    public double NextDouble()
    {
        lock (_lock)
        {
            return _random.NextDouble();
        }
    }
}
