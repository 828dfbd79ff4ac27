namespace Resilience.Queueing;

/// <summary>How a queue works (<c>DrResilience:Queues:{service}</c>).</summary>
internal sealed record QueueOptions
{
    /// <summary>The database that holds it: a dependency with <c>Postgres</c>.</summary>
    /// <value>The only database by default.</value>
    public string? Store { get; init; }

    /// <summary>How many requests are carried out at once by this process.</summary>
    /// <value>4 by default; 1 to 256.</value>
    public int Workers { get; init; } = 4;

    /// <summary>How long a request is a worker's before another may take it. Renewed at a third.</summary>
    /// <value>30 seconds by default; 1 second to 1 hour.</value>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a request is tried before it is parked.</summary>
    /// <value>10 by default; 1 to 1000.</value>
    public int MaxAttempts { get; init; } = 10;

    /// <summary>The first pause before a repeat; it doubles, and each pause is a random part of it.</summary>
    /// <value>1 second by default; zero to 1 hour.</value>
    public TimeSpan Delay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause.</summary>
    /// <value>5 minutes by default; zero to 1 day.</value>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long one try may take.</summary>
    /// <value>1 minute by default; 1 second to 1 hour.</value>
    public TimeSpan JobTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How many requests may wait; beyond, no more are taken.</summary>
    /// <value>100,000 by default; 1 to 100 million.</value>
    public int MaxPending { get; init; } = 100_000;

    /// <summary>How large a request may be, as JSON, in bytes.</summary>
    /// <value>64 KiB by default; 1 KiB to 512 KiB.</value>
    public int MaxPayloadBytes { get; init; } = 64 * 1024;

    /// <summary>How long the other side knows a key. An older request is not sent but set aside to be reconciled.</summary>
    /// <value>23 hours by default; 1 minute to 30 days.</value>
    public TimeSpan KeyWindow { get; init; } = TimeSpan.FromHours(23);

    /// <summary>How long a request that was carried out is remembered, so that its key is still known.</summary>
    /// <value>48 hours by default; 1 hour to 90 days, and longer than <see cref="KeyWindow"/>.</value>
    public TimeSpan DoneRetention { get; init; } = TimeSpan.FromHours(48);
}
