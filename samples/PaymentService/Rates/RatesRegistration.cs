using PaymentService.Gateway;
using PaymentService.Services;
using Resilience.Degradation.Fallbacks;

namespace PaymentService.Rates;

internal static class RatesRegistration
{
    // Older rates would be a promise that nobody can keep.
    private static readonly TimeSpan MaxStaleness = TimeSpan.FromHours(24);

    /// <summary>The gateway's rates, or the stand-in; and what answers in their place.</summary>
    public static void AddRates(this WebApplicationBuilder builder)
    {
        builder.AddService<IExchangeRates, RatesClient, InProcessRates>(GatewayRegistration.Dependency, GatewayRegistration.Defaults);
        builder.AddDrResilience(dr => dr.AddStaleCache<RatesQuery, RateTable>(
            "cached_exchange_rates", query => query.Base, new FallbackOptions { MaxStaleness = MaxStaleness }));
        builder.Services.AddOptions<RatesOptions>().BindConfiguration(RatesOptions.Section)
            .Validate(rates => rates.RefreshInterval >= TimeSpan.Zero, "Rates:RefreshInterval must not be negative; 00:00:00 turns it off.").ValidateOnStart();
        builder.Services.AddHostedService<RateRefresher>();
    }
}
