using System.Collections.Immutable;

namespace Resilience.Health.Watchdog;

/// <summary>How the process itself is; each list holds short codes of what is wrong.</summary>
/// <param name="Dead">What only a restart mends: liveness fails.</param>
/// <param name="Unfit">What makes requests wait: readiness fails.</param>
/// <param name="Impaired">What operators should see.</param>
internal sealed record ProcessHealth(ImmutableArray<string> Dead, ImmutableArray<string> Unfit, ImmutableArray<string> Impaired)
{
    public static readonly ProcessHealth Fine = new([], [], []);
}
