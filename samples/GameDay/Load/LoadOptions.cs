namespace GameDay.Load;

internal sealed record LoadOptions
{
    /// <summary>Requests per second.</summary>
    public double Rate { get; init; } = 100;

    /// <summary>What a client waits for an answer. It never repeats a request: surviving is the merit of the service.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Above this, requests wait for their turn; their latency counts from when they were due.</summary>
    public int MaxInFlight { get; init; } = 1_000;

    public int Accounts { get; init; } = 50;

    /// <summary>Share of requests that make payments; the rest reads.</summary>
    public double PayShare { get; init; } = 0.8;
}
