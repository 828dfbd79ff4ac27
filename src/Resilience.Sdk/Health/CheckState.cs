namespace Resilience.Health;

/// <summary>What a check has shown so far. Immutable; only <see cref="CheckReducer"/> makes another.</summary>
internal sealed record CheckState
{
    public static readonly CheckState Initial = new();

    /// <summary>The last judgement; readers ask <see cref="StatusAt"/>, which knows its age.</summary>
    public CheckStatus Status { get; init; }

    /// <summary>Since when it is what it is.</summary>
    public TimeSpan Since { get; init; }

    /// <summary>When the last observation began; null before the first.</summary>
    public TimeSpan? SeenAt { get; init; }

    public int FailuresInARow { get; init; }

    public int SuccessesInARow { get; init; }

    /// <summary>The start of the failures in a row that last now; null after a success.</summary>
    public TimeSpan? FailingSince { get; init; }

    /// <summary>Why it failed last; null after a success.</summary>
    public string? Reason { get; init; }

    /// <summary>How long the last check took; null when real traffic stood in for it, or there was none.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Whether it has been well at any time since the process started.</summary>
    public bool WasHealthy { get; init; }

    /// <summary>Until when the last observation can be relied on.</summary>
    public TimeSpan ReliableUntil { get; init; }

    /// <summary>What may be said of it at a moment.</summary>
    public CheckStatus StatusAt(TimeSpan now) => now <= ReliableUntil ? Status : CheckStatus.Unknown;
}
