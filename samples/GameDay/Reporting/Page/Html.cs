using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace GameDay.Reporting.Page;

/// <summary>
/// A piece of a page. It is written with interpolated strings: their literal text is markup, and every value in them is escaped,
/// so that no name, error or region can become markup. Only other pieces are taken as they are.
/// </summary>
internal sealed class Html
{
    /// <summary>What stands for a character that a page cannot hold or that would turn the text around it.</summary>
    private const char Replacement = '\uFFFD';

    private readonly StringBuilder _text = new();

    public static Html Of(Handler content)
    {
        var html = new Html();
        html.Add(content);
        return html;
    }

    public static Html Join(IEnumerable<Html> pieces)
    {
        var all = new Html();
        foreach (var piece in pieces)
        {
            all._text.Append(piece._text);
        }

        return all;
    }

    public void Add(Handler content) => _text.Append(content.Text);

    public void Add(Html piece) => _text.Append(piece._text);

    public override string ToString() => _text.ToString();

    private static void AppendEscaped(StringBuilder to, string value)
    {
        foreach (var rune in value.EnumerateRunes())
        {
            // Code points rather than letters of this file: they are invisible.
            var turnsText = rune.Value is (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069) or 0x200E or 0x200F or 0x061C;
            _ = rune.Value switch
            {
                '&' => to.Append("&amp;"),
                '<' => to.Append("&lt;"),
                '>' => to.Append("&gt;"),
                '"' => to.Append("&quot;"),
                '\'' => to.Append("&#39;"),
                '\n' or '\t' => to.Append((char)rune.Value),
                < 0x20 or (>= 0x7F and <= 0x9F) or 0xFFFE or 0xFFFF => to.Append(Replacement),
                _ when turnsText => to.Append(Replacement),
                _ => to.Append(rune.ToString()),
            };
        }
    }

    /// <summary>Collects an interpolated string; the compiler calls it.</summary>
    [InterpolatedStringHandler]
    internal readonly struct Handler(int literalLength, int formattedCount)
    {
        internal StringBuilder Text { get; } = new(literalLength + (formattedCount * 8));

        public void AppendLiteral(string markup) => Text.Append(markup);

        public void AppendFormatted(Html? piece) => Text.Append(piece?._text);

        public void AppendFormatted(string? value) => AppendEscaped(Text, value ?? "");

        public void AppendFormatted<T>(T value, string? format = null)
            where T : IFormattable =>
            AppendEscaped(Text, value.ToString(format, CultureInfo.InvariantCulture));
    }
}
