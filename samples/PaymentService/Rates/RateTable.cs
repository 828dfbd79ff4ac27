namespace PaymentService.Rates;

/// <summary>What one unit of the base is worth in each currency; the gateway writes it like this.</summary>
internal sealed record RateTable(string Base, IReadOnlyDictionary<string, decimal> Rates)
{
    /// <summary>The currency that the gateway is asked for, so that one answer serves every question.</summary>
    public const string Pivot = "EUR";

    private const int Decimals = 6;

    /// <summary>The table for another base; null when the gateway does not trade it.</summary>
    public RateTable? For(string currency)
    {
        if (currency == Base)
        {
            return this;
        }

        return Rates.TryGetValue(currency, out var worth) && worth > 0
            ? new RateTable(currency, Rates.Append(new(Base, 1m)).Where(rate => rate.Key != currency).DistinctBy(rate => rate.Key)
                .ToDictionary(rate => rate.Key, rate => Math.Round(rate.Value / worth, Decimals), StringComparer.Ordinal))
            : null;
    }
}
