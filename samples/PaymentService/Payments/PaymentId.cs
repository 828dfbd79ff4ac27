using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace PaymentService.Payments;

/// <summary>The id follows from the idempotency key, so a request that is repeated after any loss names the same payment.</summary>
internal static class PaymentId
{
    private const string Prefix = "pay_";
    private const int Bytes = 16;

    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    public static string From(string idempotencyKey) =>
        Prefix + Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(idempotencyKey)).AsSpan(0, Bytes));

    public static bool IsValid(string id) =>
        id.Length == Prefix.Length + (2 * Bytes) &&
        id.StartsWith(Prefix, StringComparison.Ordinal) &&
        id.AsSpan(Prefix.Length).IndexOfAnyExcept(LowerHex) < 0;
}
