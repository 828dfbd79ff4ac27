namespace PaymentService.Gateway;

internal static class GatewayRegistration
{
    private const string AddressKey = "Services:payment-gateway";
    private const int MaxAnswerBytes = 64 * 1024;

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

        builder.Services.AddHttpClient<GatewayClient>(http =>
            {
                http.BaseAddress = uri;
                http.MaxResponseContentBufferSize = MaxAnswerBytes;
                // The client keeps its own deadline, which also covers the answer's body.
                http.Timeout = Timeout.InfiniteTimeSpan;
            })
            // A redirect would send the charge to an address that nobody configured.
            .UseSocketsHttpHandler((handler, _) => handler.AllowAutoRedirect = false)
            .RemoveAllLoggers();
        builder.Services.AddTransient<IPaymentGateway>(services => services.GetRequiredService<GatewayClient>());
    }
}
