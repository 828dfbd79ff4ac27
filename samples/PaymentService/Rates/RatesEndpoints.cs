using PaymentService.Amounts;
using PaymentService.Http;
using PaymentService.Payments;
using Resilience.Degradation;

namespace PaymentService.Rates;

internal static class RatesEndpoints
{
    public static void MapRates(this IEndpointRouteBuilder routes) => routes.MapGet("/rates", GetAsync).WithDegradation(PaymentIntake.Service);

    private static async Task<IResult> GetAsync(string? @base, IDegradation degradation, IExchangeRates rates, CancellationToken cancellationToken)
    {
        if (@base is null || !Currencies.TryGetDecimals(@base, out _))
        {
            return Problems.Invalid("base", "The base must be the code of a currency, such as EUR (ISO 4217).");
        }

        var outcome = await degradation.ExecuteAsync(PaymentIntake.Service, new RatesQuery(RateTable.Pivot), rates.GetAsync, cancellationToken);
        return outcome.ToHttpResult(table => table.For(@base) is { } answer
            ? Results.Json(answer)
            : Problems.NotFound("There are no rates for this currency."));
    }
}
