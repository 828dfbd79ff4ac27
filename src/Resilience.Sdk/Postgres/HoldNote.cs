using Resilience.Regions;

namespace Resilience.Postgres;

/// <summary>What stands in the file of <see cref="SwitchHold"/>.</summary>
/// <param name="Dependency">Whose it is, for people.</param>
/// <param name="Shared">The last decision of all replicas that was known.</param>
/// <param name="Untold">A hold that the others had not been told; null when there was none.</param>
internal sealed record HoldNote(string Dependency, HoldDecision Shared, HoldDecision? Untold)
{
    /// <summary>Numbers up to here are the same in every reader of JSON.</summary>
    public const long Largest = 1L << 53;
}
