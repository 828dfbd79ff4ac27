namespace Resilience.Postgres;

/// <summary>A PostgreSQL database with regions (<c>DrResilience:Dependencies:{name}:Postgres</c>).</summary>
public sealed record PostgresOptions
{
    /// <summary>The regions, at least one; each a server of the same cluster. Their order breaks ties.</summary>
    public required IReadOnlyList<PostgresRegionOptions> Regions { get; init; }

    /// <summary>Who decides that writes move.</summary>
    public SwitchOptions Switch { get; init; } = new();

    /// <summary>Whether writes go back to a preferred region, and when.</summary>
    public FailbackOptions Failback { get; init; } = new();

    /// <summary>The longest a caller waits for a writer; its own cancellation may end the wait earlier.</summary>
    /// <value>30 seconds by default; 100 ms to 10 minutes.</value>
    public TimeSpan WaitForWriter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Connections kept open to every region, standbys included, so that a switch needs no handshake.</summary>
    /// <value>4 by default; 0 to 100, and never more than the connection string's <c>Maximum Pool Size</c>.</value>
    public int WarmConnections { get; init; } = 4;

    /// <summary>
    /// Connections that may be in the making at once, per region. A server that is asked for hundreds at once makes each so
    /// slowly that callers leave before they have it; callers in line are served by whichever comes first, a new connection
    /// or one that another has given back. Connections that EF Core opens by itself are not in line.
    /// </summary>
    /// <value>4 by default; 1 to 100.</value>
    public int MaxConcurrentOpens { get; init; } = 4;

    /// <summary>
    /// New connections a second, per process and region, made evenly; after a pause a tenth of a second's worth at once, one at least.
    /// Idle connections are not counted, and callers in line are served by whichever comes first. Set it for fleets: what the server can
    /// take a second, divided by the number of processes. After a switch, or a restart of the server, each process begins at a random moment of its interval.
    /// </summary>
    /// <value>
    /// Null by default, which is no limit: which rate is right depends on how many processes there are, and one that is too low makes a
    /// burst of callers wait for seconds. 0.01 to 10,000.
    /// </value>
    public double? MaxOpensPerSecond { get; init; }

    /// <summary>
    /// How long the operation ledger remembers a finished operation. An operation id that comes again within this time is
    /// recognised; later it counts as a new one.
    /// </summary>
    /// <value>7 days by default; 1 hour to 365 days.</value>
    public TimeSpan OperationRetention { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Equal when every setting is, the regions in the same order.</summary>
    /// <param name="other">The options to compare with.</param>
    /// <returns>True when both would build the same data source.</returns>
    public bool Equals(PostgresOptions? other) => other is not null
        && Regions.SequenceEqual(other.Regions)
        && Switch == other.Switch
        && Failback == other.Failback
        && WaitForWriter == other.WaitForWriter
        && WarmConnections == other.WarmConnections
        && MaxConcurrentOpens == other.MaxConcurrentOpens
        && Nullable.Equals(MaxOpensPerSecond, other.MaxOpensPerSecond)
        && OperationRetention == other.OperationRetention;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Regions.Count, Switch, WaitForWriter, WarmConnections);
}
