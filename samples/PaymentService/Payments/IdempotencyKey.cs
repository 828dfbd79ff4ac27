using Microsoft.Extensions.Primitives;

namespace PaymentService.Payments;

internal static class IdempotencyKey
{
    public const string Header = "Idempotency-Key";
    public const int MaxLength = 255;

    /// <summary>Says in one sentence what is wrong with the header; null when it is fine.</summary>
    public static string? Check(StringValues header)
    {
        if (header.Count > 1)
        {
            return "The header must be sent once.";
        }

        var key = header.ToString();
        if (key.Length is 0 or > MaxLength)
        {
            return $"The header must have 1 to {MaxLength} characters.";
        }

        return key.AsSpan().ContainsAnyExceptInRange(' ', '~') ? "The header must be printable ASCII." : null;
    }
}
