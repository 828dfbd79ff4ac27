using PaymentService.Gateway;
using PaymentService.Services;
using Resilience.Degradation.Fallbacks;

namespace PaymentService.Rates;

internal static class RatesRegistration
{
    /// <summary>The gateway's rates, or the stand-in; and what answers in their place.</summary>
    public static void AddRates(this WebApplicationBuilder builder)
    {
        builder.AddService<IExchangeRates, RatesClient, InProcessRates>(GatewayRegistration.Dependency, GatewayRegistration.Defaults);
        var given = builder.Configuration.GetSection(RatesOptions.Section).Get<RatesOptions>() ?? new RatesOptions();
        builder.AddDrResilience(dr => dr.AddStaleCache<RatesQuery, RateTable>(
            "cached_exchange_rates", query => query.Base, new FallbackOptions { MaxStaleness = given.MaxStaleness }));
        builder.Services.AddOptions<RatesOptions>().BindConfiguration(RatesOptions.Section)
            .Validate(rates => rates.RefreshInterval >= TimeSpan.Zero, "Rates:RefreshInterval must not be negative; 00:00:00 turns it off.")
            .Validate(rates => rates.MaxStaleness > TimeSpan.Zero, "Rates:MaxStaleness must be above zero, such as 1.00:00:00 for a day.").ValidateOnStart();
        builder.Services.AddHostedService<RateRefresher>();
    }
}
