using PaymentService.Services;

namespace PaymentService.Gateway;

internal static class GatewayRegistration
{
    public const string Dependency = "payment-gateway";

    public static readonly IReadOnlyDictionary<string, string> Defaults = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        // Whoever pays gets an answer in this time: captured, declined or queued. A hung charge is not repeated meanwhile,
        // because the queue does that better than a waiting customer.
        ["TotalRequestTimeout:Timeout"] = "00:00:02",
        ["AttemptTimeout:Timeout"] = "00:00:02",
        ["Retry:MaxRetryAttempts"] = "1",
        ["Retry:Delay"] = "00:00:00.05",
        // Queued payments wait for the circuit to close, and a trial is a single charge: short breaks cost little.
        ["CircuitBreaker:BreakDuration"] = "00:00:05",
        ["CircuitBreaker:MaxBreakDuration"] = "00:00:10",
    };

    /// <summary>The gateway at the configured address, or the stand-in when there is none.</summary>
    public static void AddGateway(this WebApplicationBuilder builder) =>
        // A charge carries an Idempotency-Key, so the pipeline may repeat it although it is a POST.
        builder.AddService<IPaymentGateway, GatewayClient, InProcessGateway>(Dependency, Defaults);
}
