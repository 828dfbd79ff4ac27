using Resilience.AspNetCore.Health;
using Resilience.TestKit.Kubernetes;

namespace Resilience.IntegrationTests.Kubernetes;

/// <summary>The probes of deploy/kubernetes; <c>ManifestTests</c> holds them against the files.</summary>
internal static class Manifest
{
    public static readonly PodSpec Pod = new(
        new ProbeSpec(ProbePaths.Startup) { InitialDelay = TimeSpan.FromSeconds(5), Period = TimeSpan.FromSeconds(5), Timeout = TimeSpan.FromSeconds(1), FailureThreshold = 30 },
        new ProbeSpec(ProbePaths.Live) { Period = TimeSpan.FromSeconds(10), Timeout = TimeSpan.FromSeconds(3), FailureThreshold = 3 },
        new ProbeSpec(ProbePaths.Ready) { Period = TimeSpan.FromSeconds(5), Timeout = TimeSpan.FromSeconds(2), FailureThreshold = 2, SuccessThreshold = 2 },
        GracePeriod: TimeSpan.FromSeconds(60),
        PreStop: TimeSpan.FromSeconds(2));
}
