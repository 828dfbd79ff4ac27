using PaymentService.Amounts;

namespace PaymentService.Gateway;

internal interface IPaymentGateway
{
    /// <summary>For the line that is logged at start.</summary>
    string Description { get; }

    /// <summary>Charges once for each key, however often it is called. Never throws for a failure of the gateway.</summary>
    Task<GatewayAnswer> ChargeAsync(string idempotencyKey, string accountId, Amount amount, CancellationToken cancellationToken);
}
