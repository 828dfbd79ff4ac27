using Simulators.Faults;
using Simulators.Http;

namespace Simulators.Rates;

/// <summary>The gateway's exchange rates: fixed, so that answers can be compared.</summary>
internal static class RatesEndpoints
{
    private const int Decimals = 6;

    /// <summary>What a euro is worth.</summary>
    private static readonly Dictionary<string, decimal> Worth = new(StringComparer.Ordinal)
    {
        ["CHF"] = 0.94m,
        ["EUR"] = 1m,
        ["GBP"] = 0.85m,
        ["JPY"] = 163.2m,
        ["USD"] = 1.08m,
    };

    public static void MapRates(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/rates", Rates).SubjectToFaultsOf(SimulatedServices.PaymentGateway);

    private static IResult Rates(string? @base) => @base is not null && Worth.TryGetValue(@base, out var worth)
        ? Results.Ok(new
        {
            @base,
            rates = Worth.Where(rate => rate.Key != @base).ToDictionary(rate => rate.Key, rate => Math.Round(rate.Value / worth, Decimals), StringComparer.Ordinal),
        })
        : Problems.Invalid("base", $"Use one of {string.Join(", ", Worth.Keys)}.");
}
