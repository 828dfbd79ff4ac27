namespace PaymentService.Gateway;

internal sealed record ChargeBody(string AccountId, decimal Amount, string Currency);
