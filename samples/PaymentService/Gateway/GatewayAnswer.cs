namespace PaymentService.Gateway;

internal sealed record GatewayAnswer(GatewayVerdict Verdict, string? ChargeId = null);
