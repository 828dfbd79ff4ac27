namespace GameDay.History;

/// <summary>One request of a client and what came of it. Moments are those of the run's clock.</summary>
internal sealed record Operation
{
    public required OperationKind Kind { get; init; }

    /// <summary>The idempotency key of a payment; null for reads.</summary>
    public string? Key { get; init; }

    /// <summary>The account that pays; null for reads.</summary>
    public string? AccountId { get; init; }

    /// <summary>What is paid.</summary>
    public decimal Amount { get; init; }

    /// <summary>How often the client sent it, under the same key.</summary>
    public int Attempts { get; init; } = 1;

    /// <summary>When the request was due. Latency counts from here, so that a stalled service cannot hide behind a stalled client.</summary>
    public required TimeSpan IntendedAt { get; init; }

    public required TimeSpan SentAt { get; init; }

    public required TimeSpan EndedAt { get; init; }

    /// <summary>The HTTP status; null when there was no answer.</summary>
    public int? Status { get; init; }

    public required Outcome Outcome { get; init; }

    public string? PaymentId { get; init; }

    /// <summary>The region that the answer names as the writer.</summary>
    public string? Region { get; init; }

    /// <summary>Why it failed.</summary>
    public string? Error { get; init; }

    public TimeSpan Latency => EndedAt - IntendedAt;

    /// <summary>The service promised that the payment was made.</summary>
    public bool IsAcknowledged => Kind == OperationKind.Pay && Status == 201;

    /// <summary>The service promised that the payment will be made.</summary>
    public bool IsQueued => Kind == OperationKind.Pay && Status == 202;
}
