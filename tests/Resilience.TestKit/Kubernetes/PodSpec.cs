namespace Resilience.TestKit.Kubernetes;

/// <summary>What of a pod's manifest decides its life.</summary>
/// <param name="Startup">The startup probe.</param>
/// <param name="Liveness">The liveness probe.</param>
/// <param name="Readiness">The readiness probe.</param>
/// <param name="GracePeriod">How long it has from its deletion to its end; at least 2 s are left after preStop.</param>
/// <param name="PreStop">How long its preStop hook takes, which counts against the grace period.</param>
internal sealed record PodSpec(ProbeSpec Startup, ProbeSpec Liveness, ProbeSpec Readiness, TimeSpan GracePeriod, TimeSpan PreStop = default)
{
    private static readonly TimeSpan LeastGrace = TimeSpan.FromSeconds(2);

    /// <summary>How long the process has after SIGTERM.</summary>
    public TimeSpan Remaining => GracePeriod - PreStop > LeastGrace ? GracePeriod - PreStop : LeastGrace;

    /// <summary>The same with all probes faster.</summary>
    public PodSpec Faster(double factor) => this with { Startup = Startup.Faster(factor), Liveness = Liveness.Faster(factor), Readiness = Readiness.Faster(factor) };
}
