using Microsoft.Extensions.Configuration.Memory;

namespace PaymentService.Services;

/// <summary>The services that this one calls over HTTP, each a dependency of the same name.</summary>
internal static class ServiceRegistration
{
    /// <summary>
    /// Makes a dependency known, with this service's settings for it, and its client when an address is configured.
    /// </summary>
    /// <param name="builder">The application.</param>
    /// <param name="dependency">The name under <c>Services</c> and <c>DrResilience:Dependencies</c>.</param>
    /// <param name="defaults">How it is called unless the configuration says otherwise; what is not here has the SDK's defaults.</param>
    /// <typeparam name="TClient">The typed client.</typeparam>
    /// <returns>Whether there is an address; without one, a stand-in takes the client's place.</returns>
    /// <exception cref="InvalidOperationException">The address is not one.</exception>
    public static bool AddService<TClient>(this WebApplicationBuilder builder, string dependency, IReadOnlyDictionary<string, string> defaults)
        where TClient : class
    {
        // First in the list, so that any other source overrides it.
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData = defaults.Select(value => KeyValuePair.Create($"DrResilience:Dependencies:{dependency}:{value.Key}", (string?)value.Value)),
        });
        if (Address(builder.Configuration, $"Services:{dependency}") is not { } address)
        {
            return false;
        }

        builder.Services.AddHttpClient<TClient>(http =>
            {
                http.BaseAddress = address;
                // The pipeline's total time-out is the one that counts.
                http.Timeout = Timeout.InfiniteTimeSpan;
            })
            // A redirect would send the request to an address that nobody configured.
            .UseSocketsHttpHandler((handler, _) => handler.AllowAutoRedirect = false)
            .RemoveAllLoggers()
            .AddDrDependency(dependency);
        return true;
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
