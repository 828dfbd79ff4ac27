using System.Data.Common;
using Dapper;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Resilience.Postgres;
using Resilience.TestKit;

namespace Resilience.IntegrationTests.Postgres;

/// <summary>Dapper and EF Core on the data source as their own documentation says to use them, across a failover.</summary>
public sealed class FrameworkTests
{
    [Fact]
    public async Task Dapper_BeforeAndAfterAFailover_ReadsAndWrites()
    {
        await using var database = await TwoRegionDatabase.StartAsync();
        DbDataSource source = database.Source;
        await using (var connection = await source.OpenConnectionAsync())
        {
            Assert.IsType<NpgsqlConnection>(connection);
            await connection.ExecuteAsync("INSERT INTO written (id) VALUES (@id)", new { id = "before" });
        }

        await FailOverAsync(database);

        await using (var connection = await source.OpenConnectionAsync())
        {
            await connection.ExecuteAsync("INSERT INTO written (id) VALUES (@id)", new { id = "after" });
            Assert.Equal(["after", "before"], await connection.QueryAsync<string>("SELECT id FROM written ORDER BY id"));
        }

        Assert.Equal(2, CountSynchronously(source));
        await using var command = source.CreateCommand("SELECT count(*) FROM written");
        Assert.Equal(2L, await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task EntityFramework_BeforeAndAfterAFailover_ReadsAndWrites()
    {
        await using var database = await TwoRegionDatabase.StartAsync();
        var options = new DbContextOptionsBuilder<WrittenContext>().UseNpgsql(database.Source).Options;
        await using (var context = new WrittenContext(options))
        {
            context.Add(new WrittenRow { Id = "before", Times = 1 });
            await context.SaveChangesAsync();
        }

        await FailOverAsync(database);

        await using (var context = new WrittenContext(options))
        {
            context.Add(new WrittenRow { Id = "after", Times = 1 });
            await context.SaveChangesAsync();
            Assert.Equal(2, await context.Rows.CountAsync());
        }
    }

    [Fact]
    public async Task EntityFramework_InsideExecuteAsync_CommitsExactlyOnce()
    {
        await using var database = await TwoRegionDatabase.StartAsync();
        var outcome = await database.Source.ExecuteAsync("op-1", async (connection, transaction, ct) =>
        {
            await using var context = new WrittenContext(new DbContextOptionsBuilder<WrittenContext>().UseNpgsql(connection).Options);
            await context.Database.UseTransactionAsync(transaction, ct);
            context.Add(new WrittenRow { Id = "a", Times = 1 });
            await context.SaveChangesAsync(ct);
        });

        Assert.Equal(OperationOutcome.Committed, outcome);
        Assert.Equal(1, (await TwoRegionDatabase.ReadAllAsync(database.East))["a"]);
    }

    private static int CountSynchronously(DbDataSource source)
    {
        using var connection = source.OpenConnection();
        return connection.ExecuteScalar<int>("SELECT count(*) FROM written");
    }

    private static async Task FailOverAsync(TwoRegionDatabase database)
    {
        await database.West.WaitUntilCaughtUpAsync(database.East);
        await database.East.KillAsync();
        await database.West.PromoteAsync();
        await using var opened = await database.Source.OpenWriterAsync();
        await Eventually.UntilAsync(() => database.Source.WriterRegion == "us-west-2", () => "no switch", default);
    }

    public sealed class WrittenRow
    {
        public required string Id { get; init; }

        public int Times { get; set; }
    }

    public sealed class WrittenContext(DbContextOptions<WrittenContext> options) : DbContext(options)
    {
        public DbSet<WrittenRow> Rows => Set<WrittenRow>();

        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<WrittenRow>(row =>
        {
            row.ToTable("written");
            row.HasKey(one => one.Id);
            row.Property(one => one.Id).HasColumnName("id");
            row.Property(one => one.Times).HasColumnName("times");
        });
    }
}
