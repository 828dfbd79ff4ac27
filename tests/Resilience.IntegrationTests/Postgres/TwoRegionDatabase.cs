using Npgsql;
using Resilience.Postgres;
using Resilience.TestKit;

namespace Resilience.IntegrationTests.Postgres;

/// <summary>Two real servers, a data source over both, and a table to write to.</summary>
public sealed class TwoRegionDatabase : IAsyncDisposable
{
    private TwoRegionDatabase(TwoRegionPostgres servers, RegionalDataSource source)
    {
        Servers = servers;
        Source = source;
    }

    public TwoRegionPostgres Servers { get; }

    public RegionalDataSource Source { get; }

    public PostgresServer East => Servers.East;

    public PostgresServer West => Servers.West;

    public static async Task<TwoRegionDatabase> StartAsync(TimeSpan? waitForWriter = null, bool synchronous = false)
    {
        var servers = await TwoRegionPostgres.StartAsync(new TwoRegionPostgresOptions { SynchronousReplication = synchronous });
        var source = RegionalDataSource.Create("payments-db", Options(servers, waitForWriter));
        var database = new TwoRegionDatabase(servers, source);
        await using var connection = await source.OpenWriterAsync();
        await using var create = new NpgsqlCommand(
            "CREATE TABLE written (id text PRIMARY KEY, times int NOT NULL DEFAULT 1, region text, at timestamptz NOT NULL DEFAULT clock_timestamp())", connection);
        await create.ExecuteNonQueryAsync();
        return database;
    }

    public static PostgresOptions Options(TwoRegionPostgres servers, TimeSpan? waitForWriter = null) => new()
    {
        Regions = [.. servers.All.Select(server => new PostgresRegionOptions { Name = server.Region, ConnectionString = server.ConnectionString })],
        WaitForWriter = waitForWriter ?? TimeSpan.FromSeconds(30),
    };

    /// <summary>Adds to the row, so that work done twice shows.</summary>
    public static async Task WriteAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, string id, CancellationToken ct)
    {
        await using var insert = new NpgsqlCommand(
            "INSERT INTO written (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET times = written.times + 1", connection, transaction)
        {
            Parameters = { new() { Value = id } },
        };
        await insert.ExecuteNonQueryAsync(ct);
    }

    public static async Task<IReadOnlyDictionary<string, int>> ReadAllAsync(PostgresServer server)
    {
        await using var direct = NpgsqlDataSource.Create(server.ConnectionString);
        await using var command = direct.CreateCommand("SELECT id, times FROM written");
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new Dictionary<string, int>(StringComparer.Ordinal);
        while (await reader.ReadAsync())
        {
            rows.Add(reader.GetString(0), reader.GetInt32(1));
        }

        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await Servers.DisposeAsync();
    }
}
