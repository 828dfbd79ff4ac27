namespace Resilience.Postgres;

/// <summary>What to do when only one region can be asked about a promotion.</summary>
public enum Corroboration
{
    /// <summary>Proceed on the proof that the promoted server itself gives.</summary>
    Available,

    /// <summary>Hold until a second witness confirms. Not available in this version: it is refused.</summary>
    Strict,
}
