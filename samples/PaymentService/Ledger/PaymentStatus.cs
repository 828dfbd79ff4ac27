namespace PaymentService.Ledger;

/// <summary>Where a payment stands. <see cref="Captured"/> and <see cref="Declined"/> never change.</summary>
internal enum PaymentStatus
{
    /// <summary>Durable, but the gateway's answer is not: the API calls it 'queued'.</summary>
    Pending,

    /// <summary>The money was taken.</summary>
    Captured,

    /// <summary>The gateway declined.</summary>
    Declined,

    /// <summary>The gateway refused the request itself too often: a person has to look, and may have it tried again.</summary>
    Parked,
}
