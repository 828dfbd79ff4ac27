namespace PaymentService.Gateway;

internal sealed record ChargeReceipt(string? Id, string? Status);
