namespace PaymentService.Gateway;

internal sealed record GatewayAnswer(GatewayVerdict Verdict, string? ChargeId = null)
{
    public static readonly GatewayAnswer Unknown = new(GatewayVerdict.Unknown);
}
