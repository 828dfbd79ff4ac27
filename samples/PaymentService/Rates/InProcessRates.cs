namespace PaymentService.Rates;

/// <summary>Stands in for the gateway's rates when none is configured.</summary>
internal sealed class InProcessRates : IExchangeRates
{
    private static readonly RateTable Table = new(RateTable.Pivot, new Dictionary<string, decimal>(StringComparer.Ordinal)
    {
        ["CHF"] = 0.94m,
        ["GBP"] = 0.85m,
        ["JPY"] = 163.2m,
        ["USD"] = 1.08m,
    });

    public ValueTask<RateTable> GetAsync(RatesQuery query, CancellationToken cancellationToken) => new(Table);
}
