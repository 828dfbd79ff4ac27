using Microsoft.AspNetCore.WebUtilities;

namespace Resilience.AspNetCore.Health.Formats;

/// <summary>What a request for health details asks for.</summary>
internal sealed class DetailQuery(string? query, string? accept)
{
    private readonly Dictionary<string, Microsoft.Extensions.Primitives.StringValues> _query = QueryHelpers.ParseQuery(query);

    /// <summary>The format by name; null when none is named.</summary>
    public string? Format => _query.TryGetValue("format", out var format) ? format.ToString() : null;

    /// <summary>The apiserver's way.</summary>
    public bool IsVerbose => _query.ContainsKey("verbose");

    /// <summary>What does not count; the apiserver's way.</summary>
    public IReadOnlyList<string> Excluded => _query.TryGetValue("exclude", out var names) ? [.. names.OfType<string>()] : [];

    public string? Accept => accept;
}
