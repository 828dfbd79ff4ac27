namespace Resilience.Postgres;

/// <summary>One region of a database (<c>Postgres:Regions:n</c>).</summary>
public sealed record PostgresRegionOptions
{
    /// <summary>The region's name, as in <c>DrResilience:Region</c>. Unique within the database, at most 63 characters.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// An Npgsql connection string with one host. What it does not set is chosen for failing over: <c>Timeout</c> 2 s and
    /// <c>Gss Encryption Mode</c> Disable, so that a dead host costs little.
    /// </summary>
    public required string ConnectionString { get; init; }

    /// <summary>The name alone: a connection string holds a secret.</summary>
    /// <returns>The region's name.</returns>
    public override string ToString() => $"{nameof(PostgresRegionOptions)} {{ Name = {Name} }}";
}
