namespace GameDay.Experiments;

/// <summary>What the system must be like before the fault and after it is undone.</summary>
internal sealed record SteadyStateSpec
{
    /// <summary>The share of requests with a full answer.</summary>
    public double SuccessShare { get; init; } = 1;

    /// <summary>The share of what is due that must be sent. Below it the machine did not even manage the load.</summary>
    public double SentShare { get; init; } = 0.8;

    /// <summary>The slowest hundredth takes no longer. Where the fault is judged by time, a machine that is slow without it proves nothing.</summary>
    public TimeSpan? P99 { get; init; }

    /// <summary>How long the system may take until it is as before.</summary>
    public TimeSpan RecoversWithin { get; init; } = TimeSpan.FromSeconds(20);
}
