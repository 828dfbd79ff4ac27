namespace Resilience.Pipelines.Timeouts;

/// <summary>A limit of time (<c>TotalRequestTimeout</c> and <c>AttemptTimeout</c> of a dependency).</summary>
/// <remarks>
/// A limit can only shorten: an attempt gets its own time-out or what is left of the whole call's, whichever is less, and
/// the whole call no more than what its caller has left (<see cref="CallDeadline"/>).
/// </remarks>
public sealed record TimeoutOptions
{
    /// <summary>The default of <c>TotalRequestTimeout</c>: a call with all its attempts, pauses and waits.</summary>
    internal static TimeoutOptions Total { get; } = new();

    /// <summary>The default of <c>AttemptTimeout</c>: a single attempt.</summary>
    internal static TimeoutOptions Attempt { get; } = new() { Timeout = TimeSpan.FromSeconds(10) };

    /// <summary>Whether the limit applies.</summary>
    /// <value>True by default.</value>
    public bool Enabled { get; init; } = true;

    /// <summary>The limit.</summary>
    /// <value>30 seconds by default for <c>TotalRequestTimeout</c>, 10 seconds for <c>AttemptTimeout</c>; 10 ms to 1 day.</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The limit, or null when switched off.</summary>
    internal TimeSpan? Limit => Enabled ? Timeout : null;
}
