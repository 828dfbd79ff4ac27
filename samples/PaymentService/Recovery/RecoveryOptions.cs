namespace PaymentService.Recovery;

/// <summary>How payments are completed that were left open. Section <c>Recovery</c>.</summary>
internal sealed class RecoveryOptions
{
    public const string Section = "Recovery";

    /// <summary>How long a payment may be pending before the worker takes it, and again after each try.</summary>
    /// <value>5 s: longer than a request needs, so the worker leaves requests alone.</value>
    public TimeSpan OlderThan { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The time between two looks at the ledger.</summary>
    /// <value>1 s.</value>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How many payments one look takes.</summary>
    /// <value>20, 1 to 1000.</value>
    public int BatchSize { get; set; } = 20;

    /// <summary>How many of them are charged at once.</summary>
    /// <value>10, 1 to 100: a batch against a gateway that hangs ends before its payments are due again.</value>
    public int Parallelism { get; set; } = 10;

    /// <summary>After how many definite refusals by the gateway a payment is parked.</summary>
    /// <value>3, at least 1.</value>
    public int MaxRefusals { get; set; } = 3;
}
