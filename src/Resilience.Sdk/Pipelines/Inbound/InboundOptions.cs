using Resilience.Pipelines.Bulkhead;

namespace Resilience.Pipelines.Inbound;

/// <summary>What is done with requests that come in (<c>DrResilience:Inbound</c>).</summary>
internal sealed record InboundOptions
{
    /// <summary>The time that callers have left.</summary>
    public InboundDeadlineOptions Deadline { get; init; } = new();

    /// <summary>How many requests may run and wait at once.</summary>
    /// <value>
    /// Adaptive from 1000, never below 500 and never above 10,000, with a queue of 500 for 100 ms. A service that has fewer than
    /// 500 requests in flight therefore never sheds one, whatever its latency does: 500 is 5,000 requests a second at 100 ms,
    /// or 100 a second that all wait 5 s for a writer to be promoted. The limit moves by latency only while half of it is in use.
    /// </value>
    public BulkheadOptions Bulkhead { get; init; } = new()
    {
        Mode = BulkheadMode.Adaptive,
        PermitLimit = 1000,
        MinLimit = 500,
        MaxLimit = 10_000,
        QueueLimit = 500,
    };

    /// <summary>How long a shed caller is asked to stay away, rounded up to whole seconds.</summary>
    /// <value>1 second by default; up to 1 hour.</value>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(1);
}
