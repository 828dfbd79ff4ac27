namespace PaymentService.Amounts;

/// <summary>Money in the smallest unit of its currency, so that two spellings of one amount are one value.</summary>
internal readonly record struct Amount(long MinorUnits, string Currency)
{
    public const decimal Max = 999_999_999.99m;

    /// <summary>The amount with the decimals of its currency: 12.50 in EUR, 1250 in JPY.</summary>
    public decimal Value => new(
        (int)(MinorUnits & 0xFFFF_FFFF), (int)(MinorUnits >> 32), 0, isNegative: false, (byte)DecimalsOf(Currency));

    public static Amount From(decimal value, string currency)
    {
        var minorUnits = value;
        for (var i = DecimalsOf(currency); i > 0; i--)
        {
            minorUnits *= 10;
        }

        return new Amount((long)minorUnits, currency);
    }

    private static int DecimalsOf(string currency) => Currencies.TryGetDecimals(currency, out var decimals)
        ? decimals
        : throw new ArgumentException($"The currency '{currency}' is unknown.", nameof(currency));
}
