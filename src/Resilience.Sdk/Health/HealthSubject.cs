namespace Resilience.Health;

/// <summary>Something that readiness depends on, as it is now.</summary>
/// <param name="Name">What operators know it by.</param>
/// <param name="Status">How it is.</param>
/// <param name="WasHealthy">Whether it has been well at any time.</param>
/// <param name="DownFor">How long it has been down without a break; null when it is not.</param>
/// <param name="Probe">Whether and when its loss fails readiness.</param>
/// <param name="IsAwaited">Whether readiness waits for it at the start. What nobody looks at before it is called is not.</param>
internal readonly record struct HealthSubject(
    string Name, CheckStatus Status, bool WasHealthy, TimeSpan? DownFor, ProbeOptions Probe, bool IsAwaited = true);
