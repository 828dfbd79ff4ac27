namespace Resilience.Pipelines.Inbound;

/// <summary>Whether the time that a caller has left is heeded (<c>DrResilience:Inbound:Deadline</c>).</summary>
internal sealed record InboundDeadlineOptions
{
    /// <summary>Whether <c>X-Dr-Timeout-Ms</c> of requests is read.</summary>
    /// <value>True by default.</value>
    public bool Enabled { get; init; } = true;

    /// <summary>The longest deadline that is believed; a longer one is shortened to it. A request without the header has none.</summary>
    /// <value>Null, no cap, by default; 1 ms to 1 day.</value>
    public TimeSpan? Max { get; init; }
}
