using Resilience.Health;

namespace Resilience.AspNetCore.Health.Formats;

/// <summary>One thing that health details tell of, the same for every format.</summary>
/// <param name="Name">Its name; unique.</param>
/// <param name="Kind">database, dependency, check, process or configuration.</param>
/// <param name="Status">How it is.</param>
/// <param name="Reason">Why it is not well: codes of ours, never the text of an exception.</param>
internal sealed record HealthItem(string Name, string Kind, CheckStatus Status, string? Reason = null)
{
    /// <summary>When it was last looked at; null when that is now.</summary>
    public TimeSpan? Age { get; init; }

    /// <summary>How long the last look took; null when there was none.</summary>
    public TimeSpan? Took { get; init; }

    /// <summary>Where it is served from; databases only.</summary>
    public string? Region { get; init; }
}
