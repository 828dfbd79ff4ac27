using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PaymentService.Amounts;

namespace PaymentService.Payments;

/// <summary>A valid request.</summary>
internal sealed record PaymentRequest(string AccountId, Amount Amount)
{
    /// <summary>Equal for equal values, however the body was written. A line feed cannot occur in a value.</summary>
    public string Hash() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"{AccountId}\n{Amount.MinorUnits}\n{Amount.Currency}"))));
}
