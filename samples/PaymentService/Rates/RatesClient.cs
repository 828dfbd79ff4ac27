using PaymentService.Services;

namespace PaymentService.Rates;

/// <summary>The gateway's rates over HTTP, through the pipeline of the dependency <c>payment-gateway</c>.</summary>
internal sealed class RatesClient(HttpClient http, TimeProvider timeProvider) : IExchangeRates
{
    public ValueTask<RateTable> GetAsync(RatesQuery query, CancellationToken cancellationToken) =>
        JsonAnswer.GetAsync<RateTable>(http, $"rates?base={Uri.EscapeDataString(query.Base)}", timeProvider, cancellationToken);
}
