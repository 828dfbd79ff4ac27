namespace PaymentService.Rates;

/// <summary>The exchange rates that the gateway charges by.</summary>
internal interface IExchangeRates
{
    ValueTask<RateTable> GetAsync(RatesQuery query, CancellationToken cancellationToken);
}
