namespace Resilience.Pipelines.Bulkhead;

/// <summary>What the adaptive limit knows.</summary>
internal readonly record struct GradientState
{
    /// <summary>The limit, unrounded; a probe uses half of it for two windows.</summary>
    public required double Limit { get; init; }

    /// <summary>The duration, in seconds, of a call that meets no queue of our making; zero before the second window.</summary>
    public double BaselineRtt { get; init; }

    /// <summary>The duration lately, in seconds, averaged over about ten windows.</summary>
    public double RecentRtt { get; init; }

    /// <summary>Calls in flight lately, averaged likewise.</summary>
    public double RecentInFlight { get; init; }

    /// <summary>Windows seen, up to <see cref="GradientLimit.WarmUp"/>.</summary>
    public int Windows { get; init; }

    /// <summary>What the running window is for.</summary>
    public GradientPhase Phase { get; init; }

    /// <summary>Saturated windows between probes.</summary>
    public int ProbeGap { get; init; }

    /// <summary>Saturated windows until the next probe.</summary>
    public int UntilProbe { get; init; }

    /// <summary>The limit in force.</summary>
    public int Effective(GradientRules rules) =>
        Math.Clamp((int)(Phase == GradientPhase.Steady ? Limit : Limit / 2), rules.MinLimit, rules.MaxLimit);
}
