using System.Globalization;

namespace Resilience.Journal;

/// <summary>One file of the journal.</summary>
internal sealed class Segment(long number)
{
    private const string Extension = ".journal";

    public long Number => number;

    public string Name => NameOf(number);

    public long Bytes { get; set; }

    /// <summary>Records that are still needed.</summary>
    public int Live { get; set; }

    public static string NameOf(long number) => string.Create(CultureInfo.InvariantCulture, $"{number:d20}{Extension}");

    /// <summary>The number in a file's name; null when it is no segment.</summary>
    public static long? NumberOf(string name) =>
        name.EndsWith(Extension, StringComparison.Ordinal) && long.TryParse(name.AsSpan(0, name.Length - Extension.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
