using System.Globalization;

namespace PaymentService.Amounts;

/// <summary>A JSON number without loss: the framework rounds what does not fit, and a rounded amount is another amount.</summary>
internal static class ExactDecimal
{
    // Far above any amount, and small enough for every step below to stay exact.
    private const int MaxDigits = 18;

    /// <summary>Reads a JSON number; false when it has more than 18 digits before or after the point.</summary>
    /// <param name="json">The number as it was written, valid by the grammar of JSON.</param>
    /// <param name="value">The value.</param>
    /// <param name="decimals">How many decimals are needed to write the value: 2 for 12.50e-1, 0 for 1e3.</param>
    public static bool TryParse(string json, out decimal value, out int decimals)
    {
        value = 0;
        decimals = 0;
        var parts = json.Split('e', 'E');
        var mantissa = parts[0].TrimStart('-');
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var fraction = point < 0 ? 0 : mantissa.Length - point - 1;
        var digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        var significant = digits.TrimEnd('0');
        var trailingZeros = digits.Length - significant.Length;
        significant = significant.TrimStart('0');
        if (significant.Length == 0)
        {
            return true;
        }

        var exponent = 0;
        if (parts.Length > 1 && !int.TryParse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent))
        {
            return false;
        }

        var scale = (long)fraction - trailingZeros - exponent;
        if (scale > MaxDigits || significant.Length - scale > MaxDigits || significant.Length > MaxDigits)
        {
            return false;
        }

        value = decimal.Parse(significant, NumberStyles.None, CultureInfo.InvariantCulture);
        for (; scale < 0; scale++)
        {
            value *= 10;
        }

        decimals = (int)scale;
        for (; scale > 0; scale--)
        {
            value /= 10;
        }

        value = json[0] == '-' ? -value : value;
        return true;
    }
}
