namespace Resilience.Pipelines;

/// <summary>A set of defaults (<c>Preset</c> of a dependency or of <c>Defaults</c>).</summary>
public enum DependencyPreset
{
    /// <summary>This SDK's own defaults.</summary>
    Standard,

    /// <summary>
    /// The defaults of Microsoft.Extensions.Http.Resilience's standard handler: 3 repeats after 2 s, breaker at 10 % of 100
    /// calls for 5 s, 1000 calls at once without a queue, no retry budget, every method repeated.
    /// </summary>
    Microsoft,

    /// <summary>A breaker that opens after 5 failures in a row for 30 s and closes after 3 successes; back-off with full jitter.</summary>
    Conservative,
}
