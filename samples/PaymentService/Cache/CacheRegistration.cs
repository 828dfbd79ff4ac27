using PaymentService.Ledger;
using PaymentService.Services;
using Resilience.Redis.Connections;

namespace PaymentService.Cache;

internal static class CacheRegistration
{
    private const string Dependency = "cache";

    // A cache that takes longer than the ledger is none.
    private static readonly Dictionary<string, string?> Defaults = new(StringComparer.Ordinal)
    {
        ["TotalRequestTimeout:Timeout"] = "00:00:00.2",
        ["AttemptTimeout:Timeout"] = "00:00:00.1",
        ["Retry:Enabled"] = "false",
        ["CircuitBreaker:ConsecutiveFailures"] = "5",
        ["CircuitBreaker:BreakDuration"] = "00:00:01",
        ["CircuitBreaker:MaxBreakDuration"] = "00:00:02",
        ["Probe:Interval"] = "00:00:01",
    };

    /// <summary>Keeps outcomes in Redis, and shares decisions between replicas through it, when a server is configured for the dependency 'cache'. Called after the ledger is added.</summary>
    public static void AddCache(this WebApplicationBuilder builder)
    {
        if (!builder.Configuration.GetSection($"DrResilience:Dependencies:{Dependency}:Redis").Exists())
        {
            return;
        }

        builder.AddDefaults(Defaults.Select(value => KeyValuePair.Create($"DrResilience:Dependencies:{Dependency}:{value.Key}", value.Value)));
        builder.AddDrResilience(dr => dr.AddRedis().ShareDecisionsInRedis(Dependency));
        var ledger = builder.Services.Last(service => service.ServiceType == typeof(IPaymentLedger));
        builder.Services.AddSingleton<IPaymentLedger>(provider => new CachedLedger(
            (IPaymentLedger)(ledger.ImplementationFactory?.Invoke(provider) ?? ActivatorUtilities.CreateInstance(provider, ledger.ImplementationType!)),
            provider.GetRequiredKeyedService<IRedisDependency>(Dependency)));
    }
}
