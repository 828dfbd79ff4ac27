using Microsoft.Extensions.Configuration.Memory;

namespace PaymentService.Gateway;

internal static class GatewayRegistration
{
    private const string Dependency = "payment-gateway";
    private const string AddressKey = "Services:" + Dependency;

    /// <summary>How the gateway is called unless the configuration says otherwise; what is not here has the SDK's defaults.</summary>
    private static readonly Dictionary<string, string> Defaults = new(StringComparer.Ordinal)
    {
        // Whoever pays gets an answer in this time: captured, declined or queued. A hung charge is not repeated meanwhile,
        // because the queue does that better than a waiting customer.
        ["TotalRequestTimeout:Timeout"] = "00:00:02",
        ["AttemptTimeout:Timeout"] = "00:00:02",
        ["Retry:MaxRetryAttempts"] = "2",
        ["Retry:MaxDelay"] = "00:00:02",
        // Queued payments wait for the circuit to close, and a trial is a single charge: short breaks cost little.
        ["CircuitBreaker:BreakDuration"] = "00:00:05",
        ["CircuitBreaker:MaxBreakDuration"] = "00:00:30",
    };

    /// <summary>The gateway at the configured address, or the stand-in when there is none.</summary>
    public static void AddGateway(this WebApplicationBuilder builder)
    {
        var address = builder.Configuration[AddressKey];
        if (string.IsNullOrWhiteSpace(address))
        {
            builder.Services.AddSingleton<IPaymentGateway, InProcessGateway>();
            return;
        }

        // Without the slash, the last segment of the address would be lost.
        if (!Uri.TryCreate(address.TrimEnd('/') + "/", UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            throw new InvalidOperationException($"{AddressKey} is '{address}' and must be an absolute http or https address.");
        }

        // First in the list, so that any other source overrides it.
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData = Defaults.Select(value => KeyValuePair.Create($"DrResilience:Dependencies:{Dependency}:{value.Key}", (string?)value.Value)),
        });
        builder.AddDrResilience();
        builder.Services.AddHttpClient<GatewayClient>(http =>
            {
                http.BaseAddress = uri;
                // The pipeline's total time-out is the one that counts.
                http.Timeout = Timeout.InfiniteTimeSpan;
            })
            // A redirect would send the charge to an address that nobody configured.
            .UseSocketsHttpHandler((handler, _) => handler.AllowAutoRedirect = false)
            .RemoveAllLoggers()
            // A charge carries an Idempotency-Key, so it may be repeated although it is a POST.
            .AddDrDependency(Dependency);
        builder.Services.AddTransient<IPaymentGateway>(services => services.GetRequiredService<GatewayClient>());
    }
}
