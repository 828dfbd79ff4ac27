using Npgsql;

namespace Resilience.TestKit.Postgres;

/// <summary>The kit's own questions to a server, each on a connection of its own so that no pool outlives a fault.</summary>
internal static class PostgresSql
{
    public static async Task ExecuteAsync(string connectionString, string sql, CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(ct);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(ct);
    }

    public static async Task<T> QueryAsync<T>(string connectionString, string sql, CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(ct);
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>As <see cref="QueryAsync{T}"/>, but false while the server cannot be reached or is still starting.</summary>
    public static async Task<bool> TryAsync(string connectionString, string sql, CancellationToken ct)
    {
        try
        {
            return await QueryAsync<bool>(connectionString, sql, ct);
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    public static string Literal(string value) => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";
}
