using System.Globalization;
using Npgsql;
using Resilience.Postgres;
using Resilience.TestKit;

namespace Resilience.IntegrationTests.Postgres.Network;

/// <summary>
/// Two servers with the same port on different addresses, as in production, where a name alone tells them apart. The standby
/// replicates through a second address of the first, which no fault of a test's client touches.
/// </summary>
internal static class SharedPort
{
    public const string East = "east.db.test";
    public const string West = "west.db.test";

    private const string EastForOthers = "127.0.11.1";

    public static Task<TwoRegionPostgres> StartAsync()
    {
        var port = FreePort.Reserve();
        var defaults = new TwoRegionPostgresOptions();
        return TwoRegionPostgres.StartAsync(new TwoRegionPostgresOptions
        {
            East = defaults.East with
            {
                Port = port,
                Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["listen_addresses"] = $"{defaults.East.Host},{EastForOthers}" },
            },
            West = defaults.West with { Port = port, ReplicateThrough = string.Create(CultureInfo.InvariantCulture, $"{EastForOthers}:{port}") },
        });
    }

    /// <summary>A client that knows the servers by their names.</summary>
    public static PostgresOptions ByName(TwoRegionPostgres servers, TimeSpan waitForWriter) => new()
    {
        Regions =
        [
            new PostgresRegionOptions { Name = servers.East.Region, ConnectionString = At(servers.East, East) },
            new PostgresRegionOptions { Name = servers.West.Region, ConnectionString = At(servers.West, West) },
        ],
        WaitForWriter = waitForWriter,
    };

    /// <summary>The way to the first server that everybody else takes.</summary>
    public static string AsOthersDo(PostgresServer east) => At(east, EastForOthers);

    private static string At(PostgresServer server, string host) => new NpgsqlConnectionStringBuilder(server.ConnectionString) { Host = host }.ConnectionString;
}
