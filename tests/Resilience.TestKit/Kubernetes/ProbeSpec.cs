namespace Resilience.TestKit.Kubernetes;

/// <summary>A probe as a manifest has it, with the API server's defaults (apis/core/v1/defaults.go).</summary>
/// <param name="Path">What is asked.</param>
internal sealed record ProbeSpec(string Path)
{
    public TimeSpan InitialDelay { get; init; }

    public TimeSpan Period { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    public int SuccessThreshold { get; init; } = 1;

    public int FailureThreshold { get; init; } = 3;

    /// <summary>The same with all times shorter, so that minutes pass in seconds.</summary>
    public ProbeSpec Faster(double factor) => this with { InitialDelay = InitialDelay / factor, Period = Period / factor };
}
