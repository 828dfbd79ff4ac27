namespace Resilience.Postgres;

/// <summary>Whether writes go back to a preferred region, and when (<c>Postgres:Failback</c>).</summary>
public sealed record FailbackOptions
{
    /// <summary>Whether anything happens by itself.</summary>
    /// <value>
    /// <see cref="FailbackMode.Manual"/> by default. <see cref="FailbackMode.Auto"/> needs <see cref="PreferredRegion"/>, a registered
    /// switchover (<c>dr.AddSwitchover</c>) and <see cref="Regions.SwitchMode.Automatic"/>.
    /// </value>
    public FailbackMode Mode { get; init; } = FailbackMode.Manual;

    /// <summary>The region that should write: one of <see cref="PostgresOptions.Regions"/>.</summary>
    /// <value>Null by default.</value>
    public string? PreferredRegion { get; init; }

    /// <summary>
    /// How far the preferred region may be behind the writer. Measured by positions, in steps of the probe interval (1 s): what is
    /// younger than a probe is not seen.
    /// </summary>
    /// <value>1 second by default; 0 to 20 seconds.</value>
    public TimeSpan MaxLag { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long the preferred region must have been a standby with at most that lag, without a break: a failed probe, a restart or a
    /// longer lag begins it anew. It doubles with each time that the preferred region was lost after it had the writes back, and with
    /// each switchover that did not move them, up to sixteen times. Up to a quarter of it, at most a minute, is added at random,
    /// so that replicas do not act at once.
    /// </summary>
    /// <value>10 minutes by default; 1 second to 7 days.</value>
    public TimeSpan HealthyFor { get; init; } = TimeSpan.FromMinutes(10);
}
