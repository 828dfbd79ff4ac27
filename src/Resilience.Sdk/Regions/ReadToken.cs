using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Resilience.Regions;

/// <summary>
/// A position in the history of a database: whoever reads with it sees everything that was committed before it was taken.
/// Give it to a customer as a text, in a cookie or a header, and take it back with the next request.
/// </summary>
/// <remarks>
/// A failover may lose what a token stands for. The token is then satisfied by the new writer and its followers: what they have is
/// all there is.
/// </remarks>
/// <param name="Epoch">The epoch of the writer it was taken from.</param>
/// <param name="Position">The writer's position in its log, in bytes.</param>
public readonly record struct ReadToken(long Epoch, long Position)
{
    private const char Separator = '-';

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <param name="text">The text; it may come from anybody.</param>
    /// <param name="token">The token.</param>
    /// <returns>False when it is none. Ask the writer then, as for a customer without a token.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out ReadToken token)
    {
        token = default;
        if (text?.Split(Separator) is not [var epoch, var position]
            || !long.TryParse(epoch, NumberStyles.None, CultureInfo.InvariantCulture, out var parsedEpoch)
            || !long.TryParse(position, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var parsedPosition)
            || parsedPosition < 0)
        {
            return false;
        }

        token = new ReadToken(parsedEpoch, parsedPosition);
        return true;
    }

    /// <summary>The token as a text of at most 36 characters: digits, a hyphen, hexadecimal digits.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Epoch}{Separator}{Position:X}");
}
