using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Resilience.Pipelines.Http;

/// <summary>Which hosts a dependency has: one, or all below a domain; at any port, or at one.</summary>
/// <param name="Host">In lower case and ASCII (punycode), an IPv6 address without brackets; without the leading <c>*.</c>.</param>
/// <param name="Port">The port; null for any.</param>
/// <param name="IsWildcard">True for all hosts below <paramref name="Host"/>, which is then none of them itself.</param>
internal readonly record struct HostPattern(string Host, int? Port, bool IsWildcard)
{
    private const string AnySubdomain = "*.";
    private const string Forms = "Write a host, '*.' and a domain for all hosts below it, and ':port' behind either for one port only: 'api.example', '*.api.example', 'localhost:5001'.";

    private static readonly SearchValues<char> NotInHosts = SearchValues.Create("/\\?#@ ");

    /// <param name="text">As in the configuration.</param>
    /// <param name="pattern">What it means.</param>
    /// <param name="problem">What is wrong with it, and the way out.</param>
    public static bool TryParse(string text, out HostPattern pattern, [NotNullWhen(false)] out string? problem)
    {
        pattern = default;
        problem = text.Contains("://", StringComparison.Ordinal) ? $"is an address, but a host is expected, without scheme and path. {Forms}" : null;
        var isWildcard = text.StartsWith(AnySubdomain, StringComparison.Ordinal);
        var host = isWildcard ? text[AnySubdomain.Length..] : text;
        int? port = null;
        if (host.LastIndexOf(':') is var colon and >= 0 && !host.EndsWith(']'))
        {
            port = int.TryParse(host.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= ushort.MaxValue ? number : null;
            host = host[..colon];
            problem ??= port is null || (host.Contains(':', StringComparison.Ordinal) && !host.EndsWith(']'))
                ? $"has no port from 1 to {ushort.MaxValue} behind one colon. An IPv6 address needs brackets: '[::1]'."
                : null;
        }

        problem ??= host.Contains('*', StringComparison.Ordinal) ? $"has '*' elsewhere than in a leading '*.'. {Forms}" : null;

        // The same reading that an address of a request gets, so that both compare as text.
        Uri? address = null;
        if (problem is null
            && (host.AsSpan().ContainsAny(NotInHosts)
                || !Uri.TryCreate($"http://{host}/", UriKind.Absolute, out address)
                || address.HostNameType is not (UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6)
                || !address.IsDefaultPort))
        {
            problem = $"is not a host. {Forms}";
        }

        problem ??= isWildcard && address!.HostNameType != UriHostNameType.Dns ? "has '*.' before an IP address, which has no hosts below it. List the addresses." : null;
        if (problem is not null)
        {
            return false;
        }

        pattern = new HostPattern(Canonical(address!), port, isWildcard);
        return true;
    }

    /// <summary>The host of an address in the form of <see cref="Host"/>.</summary>
    public static string Canonical(Uri address) => address.IdnHost;
}
