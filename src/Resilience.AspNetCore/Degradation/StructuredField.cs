using System.Buffers;
using System.Text;

namespace Resilience.AspNetCore.Degradation;

/// <summary>Writes names into structured header fields (RFC 9651). Names come from configuration and may hold anything.</summary>
internal static class StructuredField
{
    private static readonly SearchValues<char> Token = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~:/");

    /// <summary>A token where the name is one, else a string.</summary>
    public static string Item(string name) =>
        name.Length > 0 && (char.IsAsciiLetter(name[0]) || name[0] == '*') && name.AsSpan().IndexOfAnyExcept(Token) < 0 ? name : Text(name);

    /// <summary>A string. It cannot hold what is not printable ASCII; a question mark stands for it.</summary>
    public static string Text(string name)
    {
        var text = new StringBuilder(name.Length + 2).Append('"');
        foreach (var c in name)
        {
            if (c is '"' or '\\')
            {
                text.Append('\\');
            }

            text.Append(c is >= ' ' and <= '~' ? c : '?');
        }

        return text.Append('"').ToString();
    }
}
