using System.Transactions;
using Npgsql;
using NpgsqlTypes;
using Resilience.Postgres;
using Resilience.TestKit;

namespace Resilience.IntegrationTests.Postgres;

/// <summary>What belongs to a session and what becomes of it in a failover; COPY and ambient transactions across one.</summary>
public sealed class SessionStateTests
{
    private const long Lock = 4711;

    [Fact]
    public async Task Session_ItsStateIsGoneWithIt_WhatTheConnectionStringSaysIsThereAgain()
    {
        await using var servers = await TwoRegionPostgres.StartAsync();
        await using var source = RegionalDataSource.Create("payments-db", new PostgresOptions
        {
            Regions = [.. servers.All.Select(server => new PostgresRegionOptions { Name = server.Region, ConnectionString = $"{server.ConnectionString};Search Path=public,pg_temp" })],
        });
        await using var before = await source.OpenWriterAsync();
        await ExecuteAsync(before, $"SET statement_timeout = 12345; CREATE TEMP TABLE scratch (x int); LISTEN news; SELECT pg_advisory_lock({Lock})");
        await using var prepared = new NpgsqlCommand("SELECT 1", before);
        await prepared.PrepareAsync();
        await servers.West.WaitUntilCaughtUpAsync(servers.East);
        await servers.East.KillAsync();
        await servers.West.PromoteAsync();

        await Assert.ThrowsAnyAsync<NpgsqlException>(() => prepared.ExecuteScalarAsync());
        await using var after = await source.OpenWriterAsync();
        Assert.Equal("0", await ScalarAsync<string>(after, "SHOW statement_timeout"));
        Assert.Equal("public,pg_temp", (await ScalarAsync<string>(after, "SHOW search_path")).Replace(" ", "", StringComparison.Ordinal));
        Assert.True(await ScalarAsync<bool>(after, "SELECT to_regclass('scratch') IS NULL"));
        Assert.Equal(0L, await ScalarAsync<long>(after, "SELECT count(*) FROM pg_listening_channels()"));
        Assert.True(await ScalarAsync<bool>(after, $"SELECT pg_try_advisory_lock({Lock})"));
        await using var again = new NpgsqlCommand("SELECT 1", after);
        await again.PrepareAsync();
        Assert.Equal(1, await again.ExecuteScalarAsync());
    }

    [Fact]
    public async Task Copy_WriterDiesInTheMiddle_IsDoneAgainAsAWhole()
    {
        await using var database = await TwoRegionDatabase.StartAsync();
        await database.West.WaitUntilCaughtUpAsync(database.East);
        var runs = 0;

        var outcome = await database.Source.ExecuteAsync("copy", async (connection, _, ct) =>
        {
            runs++;
            await using var import = await connection.BeginBinaryImportAsync("COPY written (id) FROM STDIN (FORMAT BINARY)", ct);
            for (var i = 0; i < 5000; i++)
            {
                await import.StartRowAsync(ct);
                await import.WriteAsync($"row{i}", NpgsqlDbType.Text, ct);
                if (i == 2500 && runs == 1)
                {
                    await database.East.KillAsync(ct);
                    await database.West.PromoteAsync(ct);
                }
            }

            await import.CompleteAsync(ct);
        });

        Assert.Equal(OperationOutcome.Committed, outcome);
        Assert.InRange(runs, 2, 10);
        Assert.Equal(5000, (await TwoRegionDatabase.ReadAllAsync(database.West)).Count(row => row.Key.StartsWith("row", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task TransactionScope_CompletesBeforeAndAfterAFailover_AndOneThatIsCutCommitsNothing()
    {
        await using var database = await TwoRegionDatabase.StartAsync();
        await WriteInScopeAsync(database.Source, "before");
        await database.West.WaitUntilCaughtUpAsync(database.East);
        var cut = WriteInScopeAsync(database.Source, "cut", async () =>
        {
            await database.East.KillAsync();
            await database.West.PromoteAsync();
        });

        await Assert.ThrowsAnyAsync<Exception>(() => cut);
        await WriteInScopeAsync(database.Source, "after");

        Assert.Equal(["after", "before"], (await TwoRegionDatabase.ReadAllAsync(database.West)).Keys.Order());
    }

    private static async Task WriteInScopeAsync(RegionalDataSource source, string id, Func<Task>? inTheMiddle = null)
    {
        using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
        await using var connection = await source.OpenWriterAsync();
        await ExecuteAsync(connection, $"INSERT INTO written (id) VALUES ('{id}')");
        await (inTheMiddle?.Invoke() ?? Task.CompletedTask);
        scope.Complete();
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<T> ScalarAsync<T>(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }
}
