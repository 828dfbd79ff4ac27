using System.Collections.Immutable;

namespace Resilience.Health;

/// <summary>Whether this process should be sent requests, and why not. Immutable; only <see cref="ReadinessReducer"/> makes another.</summary>
internal sealed record ReadinessState(Readiness Readiness, bool WasReady, ImmutableArray<string> Reasons)
{
    public static readonly ReadinessState Initial = new(Readiness.Waiting, WasReady: false, []);
}
