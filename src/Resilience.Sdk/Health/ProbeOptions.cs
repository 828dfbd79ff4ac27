namespace Resilience.Health;

/// <summary>How a dependency is looked at while nobody calls it (<c>DrResilience:Dependencies:{name}:Probe</c>), and whether its loss may take this process out of service.</summary>
public sealed record ProbeOptions
{
    /// <summary>What is requested of an HTTP dependency, relative to its client's base address. Any 2xx or 3xx answer is well.</summary>
    /// <value>Null by default: calls alone tell how it is.</value>
    public string? Path { get; init; }

    /// <summary>From the start of one check to the start of the next, spread by a tenth. While calls succeed, none is made.</summary>
    /// <value>5 seconds by default; 100 ms to 1 hour.</value>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a check may take, whether it can be cancelled or not.</summary>
    /// <value>1 second by default; 10 ms to 10 minutes.</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest interval while it is down; it doubles from <see cref="Interval"/> up to here.</summary>
    /// <value>30 seconds by default; 100 ms to 1 hour.</value>
    public TimeSpan MaxInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Failures in a row until it is unhealthy.</summary>
    /// <value>3 by default; 1 to 100.</value>
    public int FailureThreshold { get; init; } = 3;

    /// <summary>Successes in a row until it is healthy again.</summary>
    /// <value>2 by default; 1 to 100.</value>
    public int SuccessThreshold { get; init; } = 2;

    /// <summary>
    /// Whether readiness fails while it is down. Leave it off for whatever all replicas share: they would all leave the
    /// service together.
    /// </summary>
    /// <value>False by default.</value>
    public bool FailReady { get; init; }

    /// <summary>How long it must be down without a break until readiness fails.</summary>
    /// <value>30 seconds by default; zero to 1 day.</value>
    public TimeSpan FailReadyAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A further wait, random for each process between zero and this, so that replicas do not leave together.</summary>
    /// <value>30 seconds by default; zero to 1 day.</value>
    public TimeSpan HoldOff { get; init; } = TimeSpan.FromSeconds(30);

    internal CheckRules Rules => new()
    {
        Interval = Interval,
        Timeout = Timeout,
        MaxInterval = MaxInterval,
        FailureThreshold = FailureThreshold,
        SuccessThreshold = SuccessThreshold,
    };
}
