using Resilience.Regions;

namespace Resilience.Postgres.Probing;

/// <summary>
/// The statements by which one kind of server is asked. All kinds answer in the same columns; Aurora adds its own after them.
/// </summary>
internal sealed record ServerDialect
{
    /// <summary>
    /// Tells the kinds apart by what the catalog has, which leaves no error in any server's log: is it Aurora, and has it the
    /// functions of a global database?
    /// </summary>
    public const string Choose = """
        SELECT to_regproc('pg_catalog.aurora_replica_status') IS NOT NULL
               AND to_regproc('pg_catalog.aurora_db_instance_identifier') IS NOT NULL,
               to_regproc('pg_catalog.aurora_global_db_status') IS NOT NULL
               AND to_regproc('pg_catalog.aurora_global_db_instance_status') IS NOT NULL
        """;

    public static ServerDialect Plain { get; } = new()
    {
        Probe = PostgresSql.Probe,
        ReadEpoch = PostgresSql.ReadEpoch,
        ReadApprovals = PostgresSql.ReadApprovals,
        CreateSchema = PostgresSql.CreateSchema,
        Claim = PostgresSql.Claim,
    };

    /// <summary>A cluster in one region, of a version that knows no global database.</summary>
    public static ServerDialect Aurora { get; } = new()
    {
        Probe = AuroraSql.ProbeCluster,
        ReadEpoch = AuroraSql.ReadEpoch,
        ReadApprovals = AuroraSql.ReadApprovals,
        CreateSchema = AuroraSql.CreateSchema,
        Claim = AuroraSql.Claim,
        IsAurora = true,
    };

    /// <summary>A cluster that may be one of a global database.</summary>
    public static ServerDialect AuroraGlobal { get; } = Aurora with { Probe = AuroraSql.ProbeGlobal };

    public required string Probe { get; init; }

    public required string ReadEpoch { get; init; }

    public required string ReadApprovals { get; init; }

    public required string CreateSchema { get; init; }

    public required string Claim { get; init; }

    public bool IsAurora { get; init; }

    /// <summary>How the writer is asked for a read token: by what its last probe found it to be.</summary>
    public static string ReadToken(RegionTopology topology) =>
        (topology.Writer ?? topology.LastWriter) is { } writer && topology.Find(writer.Region) is { Report.Aurora: not null } ? AuroraSql.ReadToken : PostgresSql.ReadToken;

    /// <summary>The dialect that the answer to <see cref="Choose"/> stands for.</summary>
    public static ServerDialect Of(bool isAurora, bool knowsGlobal) => !isAurora ? Plain : knowsGlobal ? AuroraGlobal : Aurora;
}
