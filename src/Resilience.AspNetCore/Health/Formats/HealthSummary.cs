using System.Collections.Immutable;
using Resilience.Health;

namespace Resilience.AspNetCore.Health.Formats;

/// <summary>What all formats but our own are written from, at one moment.</summary>
/// <param name="Readiness">Whether the process should be sent requests.</param>
/// <param name="IsDead">Whether only a restart helps.</param>
/// <param name="Answers">What the readiness probe says: 200 or 503.</param>
/// <param name="Items">Everything there is to tell of.</param>
/// <param name="At">When.</param>
internal sealed record HealthSummary(ReadinessState Readiness, bool IsDead, int Answers, ImmutableArray<HealthItem> Items, DateTimeOffset At)
{
    public bool IsServing => !IsDead && Answers < 400;

    public bool IsDegraded => Readiness.Readiness == Resilience.Health.Readiness.Degraded;
}
