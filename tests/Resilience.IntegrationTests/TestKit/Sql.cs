using Npgsql;
using Resilience.TestKit;

namespace Resilience.IntegrationTests.TestKit;

/// <summary>Plain questions to a server, without a pool that would outlive a fault.</summary>
internal static class Sql
{
    public const string Timeline =
        "SELECT ('x'||substr(pg_walfile_name(pg_current_wal_lsn()),1,8))::bit(32)::int";

    public static Task ExecuteAsync(PostgresServer server, string sql) => ExecuteAsync(server.ConnectionString, sql);

    public static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString + ";Pooling=false;Timeout=2");
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public static Task<T> QueryAsync<T>(PostgresServer server, string sql) => QueryAsync<T>(server.ConnectionString, sql);

    public static async Task<T> QueryAsync<T>(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString + ";Pooling=false;Timeout=2");
        await using var command = source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }
}
