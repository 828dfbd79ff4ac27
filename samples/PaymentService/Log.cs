namespace PaymentService;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Now listening on: {Addresses} (ledger: {Ledger}, gateway: {Gateway})")]
    public static partial void Started(ILogger logger, string addresses, string ledger, string gateway);

    [LoggerMessage(2, LogLevel.Warning, "The ledger cannot answer, callers get 503: {Error}")]
    public static partial void LedgerFailed(ILogger logger, string error);

    [LoggerMessage(3, LogLevel.Warning, "Payments that were left open cannot be completed now, the next tick tries again: {Error}")]
    public static partial void RecoveryFailed(ILogger logger, string error);

    [LoggerMessage(4, LogLevel.Information, "Payments that were left open are being completed again.")]
    public static partial void RecoveryResumed(ILogger logger);

    [LoggerMessage(5, LogLevel.Information, "{Settled} of {Claimed} payments that were left open came to an end.")]
    public static partial void Recovered(ILogger logger, int settled, int claimed);

    [LoggerMessage(6, LogLevel.Warning, "Payment {PaymentId} is parked: the gateway refused it {Limit} times.")]
    public static partial void Parked(ILogger logger, string paymentId, int limit);

    [LoggerMessage(7, LogLevel.Information, "The payments schema is in place.")]
    public static partial void SchemaReady(ILogger logger);

    [LoggerMessage(8, LogLevel.Warning, "The payments schema cannot be checked yet, the next tick tries again: {Error}")]
    public static partial void SchemaFailed(ILogger logger, string error);
}
