namespace PaymentService.Services;

/// <summary>The services that this one calls over HTTP, each a dependency of the same name.</summary>
internal static class ServiceRegistration
{
    /// <summary>
    /// Makes a dependency known, with this service's settings for it, and adds its client when an address is configured, else
    /// what stands in for it.
    /// </summary>
    /// <param name="builder">The application.</param>
    /// <param name="dependency">The name under <c>Services</c> and <c>DrResilience:Dependencies</c>.</param>
    /// <param name="defaults">How it is called unless the configuration says otherwise; what is not here has the SDK's defaults.</param>
    /// <typeparam name="TService">What it is asked for.</typeparam>
    /// <typeparam name="TClient">The typed client.</typeparam>
    /// <typeparam name="TStandIn">Answers in this process.</typeparam>
    /// <exception cref="InvalidOperationException">The address is not one.</exception>
    public static void AddService<TService, TClient, TStandIn>(
        this WebApplicationBuilder builder, string dependency, IReadOnlyDictionary<string, string> defaults)
        where TService : class
        where TClient : class, TService
        where TStandIn : class, TService
    {
        builder.AddDefaults(defaults.Select(value => KeyValuePair.Create($"DrResilience:Dependencies:{dependency}:{value.Key}", (string?)value.Value)));
        if (Address(builder.Configuration, $"Services:{dependency}") is not { } address)
        {
            builder.Services.AddSingleton<TService, TStandIn>();
            return;
        }

        builder.Services.AddHttpClient<TService, TClient>(http =>
            {
                http.BaseAddress = address;
                // The pipeline's total time-out is the one that counts.
                http.Timeout = Timeout.InfiniteTimeSpan;
            })
            // A redirect would send the request to an address that nobody configured.
            .UseSocketsHttpHandler((handler, _) => handler.AllowAutoRedirect = false)
            .RemoveAllLoggers()
            .AddDrDependency(dependency);
    }

    private static Uri? Address(ConfigurationManager configuration, string key)
    {
        if (configuration[key] is not { } address || string.IsNullOrWhiteSpace(address))
        {
            return null;
        }

        // Without the slash, the last segment of the address would be lost.
        return Uri.TryCreate(address.TrimEnd('/') + "/", UriKind.Absolute, out var uri) && uri.Scheme is ("http" or "https")
            ? uri
            : throw new InvalidOperationException($"{key} is '{address}' and must be an absolute http or https address.");
    }
}
