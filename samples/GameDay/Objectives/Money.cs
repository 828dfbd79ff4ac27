using System.Globalization;

namespace GameDay.Objectives;

/// <param name="Symbol">As the file writes it: $, €, £ or ¥; empty when it names none.</param>
internal sealed record Money(decimal Amount, string Symbol)
{
    private const decimal Max = 1_000_000_000_000;
    private const string Symbols = "$€£¥";

    /// <summary>"$500,000", "€1200.50" or "0". Commas stand between thousands and nowhere else.</summary>
    public static Money? TryParse(string text)
    {
        var symbol = text.Length > 0 && Symbols.Contains(text[0], StringComparison.Ordinal) ? text[..1] : "";
        var number = text[symbol.Length..];
        var groups = number.Split('.')[0].Split(',');
        var isGrouped = groups.Length == 1 || (groups[0].Length is >= 1 and <= 3 && groups[1..].All(g => g.Length == 3));
        return isGrouped
            && decimal.TryParse(number, NumberStyles.AllowDecimalPoint | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var amount)
            && amount is >= 0 and <= Max
                ? new Money(amount, symbol)
                : null;
    }
}
