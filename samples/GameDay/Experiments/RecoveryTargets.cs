namespace GameDay.Experiments;

/// <summary>The objectives that a run is judged by and that the service is configured with.</summary>
/// <param name="Rto">How soon customers must be served again.</param>
/// <param name="Rpo">How much of what was acknowledged may be lost, in time.</param>
internal sealed record RecoveryTargets(TimeSpan Rto, TimeSpan Rpo)
{
    public static RecoveryTargets Standard { get; } = new(TimeSpan.FromMinutes(1), TimeSpan.Zero);
}
