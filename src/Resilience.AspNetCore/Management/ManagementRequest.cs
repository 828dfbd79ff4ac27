using System.Text;

namespace Resilience.AspNetCore.Management;

/// <summary>A request as the management listener understands it: a line, and of the headers only what the answer depends on.</summary>
internal readonly record struct ManagementRequest(string Method, string Path, string Query, string? Accept)
{
    private const int LongestTarget = 1024;

    /// <summary>Reads a request whose head is complete.</summary>
    /// <param name="head">From the first byte up to the empty line.</param>
    /// <param name="request">What it asks for.</param>
    /// <returns>0 when it can be answered, otherwise the HTTP status that says why not.</returns>
    public static int Parse(ReadOnlySpan<byte> head, out ManagementRequest request)
    {
        request = default;
        var lineEnd = head.IndexOf((byte)'\n');
        var line = (lineEnd < 0 ? head : head[..lineEnd]).TrimEnd((byte)'\r');
        var first = line.IndexOf((byte)' ');
        var last = line.LastIndexOf((byte)' ');
        if (first <= 0 || last <= first || !line[(last + 1)..].StartsWith("HTTP/1."u8))
        {
            return 400;
        }

        var method = line[..first];
        var target = line[(first + 1)..last];
        if (target.Length > LongestTarget)
        {
            return 414;
        }

        if (target.Length == 0 || target[0] != (byte)'/' || target.IndexOfAnyExceptInRange((byte)0x21, (byte)0x7E) >= 0)
        {
            return 400;
        }

        if (!method.SequenceEqual("GET"u8) && !method.SequenceEqual("HEAD"u8))
        {
            return 405;
        }

        var text = Encoding.ASCII.GetString(target);
        var question = text.IndexOf('?', StringComparison.Ordinal);
        request = new ManagementRequest(
            Encoding.ASCII.GetString(method),
            question < 0 ? text : text[..question],
            question < 0 ? "" : text[question..],
            Header(head, "accept:"u8));
        return 0;
    }

    private static string? Header(ReadOnlySpan<byte> head, ReadOnlySpan<byte> name)
    {
        foreach (var range in head.Split((byte)'\n'))
        {
            var line = head[range];
            if (line.Length > name.Length && Ascii.EqualsIgnoreCase(line[..name.Length], name))
            {
                return Encoding.Latin1.GetString(line[name.Length..]).Trim();
            }
        }

        return null;
    }
}
