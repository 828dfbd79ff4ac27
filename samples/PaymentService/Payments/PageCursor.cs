using System.Buffers.Text;
using System.Globalization;
using System.Text;
using PaymentService.Ledger;

namespace PaymentService.Payments;

/// <summary>A page position as an opaque text.</summary>
internal static class PageCursor
{
    public static string Encode(Payment last) => Base64Url.EncodeToString(Encoding.ASCII.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"{last.CreatedAt.ToUnixMicroseconds()}.{last.Id}")));

    public static PagePosition? Decode(string cursor)
    {
        if (!Base64Url.IsValid(cursor))
        {
            return null;
        }

        var parts = Encoding.ASCII.GetString(Base64Url.DecodeFromChars(cursor)).Split('.');
        return parts.Length == 2 &&
            long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds) &&
            microseconds <= DateTimeOffset.MaxValue.ToUnixMicroseconds() &&
            PaymentId.IsValid(parts[1])
            ? new PagePosition(UnixMicroseconds.FromUnixMicroseconds(microseconds), parts[1])
            : null;
    }
}
