using PaymentService.Amounts;

namespace PaymentService.Gateway;

/// <summary>Stands in for a gateway when none is configured. It needs no memory: equal keys get equal answers, also after a restart.</summary>
internal sealed class InProcessGateway : IPaymentGateway
{
    // The rule of the simulator, so that a tried request behaves alike against both.
    private const string DeclinedPrefix = "declined";

    public string Description => "in-process stand-in";

    public Task<GatewayAnswer> ChargeAsync(string idempotencyKey, string accountId, Amount amount, CancellationToken cancellationToken) =>
        Task.FromResult(new GatewayAnswer(
            accountId.StartsWith(DeclinedPrefix, StringComparison.Ordinal) ? GatewayVerdict.Declined : GatewayVerdict.Captured,
            "ch_" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(idempotencyKey)).AsSpan(0, 8))));
}
