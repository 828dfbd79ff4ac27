namespace PaymentService.Gateway;

internal enum GatewayVerdict
{
    /// <summary>The money was taken.</summary>
    Captured,

    /// <summary>The gateway will not take it from this account.</summary>
    Declined,

    /// <summary>The gateway does not accept the request itself.</summary>
    Refused,
}
