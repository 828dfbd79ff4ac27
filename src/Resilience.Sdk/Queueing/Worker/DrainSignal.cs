namespace Resilience.Queueing.Worker;

/// <summary>How the dependency of a queue is.</summary>
/// <param name="IsCalled">Whether it is called at all; while it is down nothing is claimed.</param>
/// <param name="Share">The share of live calls that are made, 0 to 1; 1 when all is well.</param>
/// <param name="LivePerSecond">Live calls per second.</param>
internal readonly record struct DrainSignal(bool IsCalled, double Share, double LivePerSecond)
{
    public static readonly DrainSignal Well = new(true, 1, 0);

    public static readonly DrainSignal Down = new(false, 0, 0);

    /// <summary>Whether only calls can find out that the dependency is back: one request at a time then, and its failure costs no attempt.</summary>
    public bool OnlyTrials { get; init; }
}
