using PaymentService.Amounts;

namespace PaymentService.Gateway;

internal interface IPaymentGateway
{
    /// <summary>For the line that is logged at start.</summary>
    string Description { get; }

    /// <summary>
    /// Charges once for each key, however often it is called. When it throws, the money may or may not have been taken, and
    /// only the same key tells which.
    /// </summary>
    Task<GatewayAnswer> ChargeAsync(string idempotencyKey, string accountId, Amount amount, CancellationToken cancellationToken);
}
