namespace Resilience.Pipelines.Retry;

/// <summary>How much traffic repeats and hedges may add to a dependency (<c>Retry:Budget</c>).</summary>
/// <remarks>
/// <para>Whenever a repeat or hedge is made, those of the last 10 seconds, it included, are at most
/// max(<see cref="Ratio"/> × calls of these 10 seconds, <see cref="MinPerSecond"/> × 10). The greater of the two counts, not their sum: from
/// <see cref="MinPerSecond"/> ÷ <see cref="Ratio"/> calls per second upwards (30 with the defaults) an outage multiplies
/// the traffic by at most 1 + <see cref="Ratio"/>, however many repeats a call may make.</para>
/// <para>What the share of 10 seconds allows may be spent at once, so a short disturbance is repaired in full; what the
/// minimum allows may not: it is at most <see cref="MinPerSecond"/> in any second.</para>
/// <para>After the retry budget of Finagle (ratio 0.2, minimum 10 per second, 10 seconds) and the retry throttling of gRPC
/// (token ratio 0.1).</para>
/// </remarks>
public sealed record RetryBudgetOptions
{
    /// <summary>Repeats and hedges per call, over the last 10 seconds. Only first attempts count as calls.</summary>
    /// <value>0.1 by default; 0 to 1. 0 leaves only <see cref="MinPerSecond"/>.</value>
    public double Ratio { get; init; } = 0.1;

    /// <summary>Repeats and hedges per second that are allowed however few calls there are.</summary>
    /// <value>3 by default; 0 to 100.</value>
    public int MinPerSecond { get; init; } = 3;
}
