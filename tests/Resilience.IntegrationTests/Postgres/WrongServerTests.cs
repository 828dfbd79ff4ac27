using Npgsql;
using Resilience.Postgres;
using Resilience.TestKit;

namespace Resilience.IntegrationTests.Postgres;

/// <summary>Configurations that only the servers can find wrong: what the caller is told, and that no secret is.</summary>
public sealed class WrongServerTests : IAsyncLifetime
{
    private const string Secret = "s3cr3t-Pa55";
    private PostgresServer _server = null!;

    public async Task InitializeAsync() => _server = await PostgresServer.StartPrimaryAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task WrongPassword_IsSaidWithTheWayOut() =>
        await FailsWith(Changed(builder => builder.Password = Secret), "the server refused the user name or password (28P01", "correct Username and Password");

    [Fact]
    public async Task NoPassword_IsSaidWithTheWayOut()
    {
        var exception = await FailAsync(Changed(builder => builder.Password = null));
        Assert.Contains("the server asks for a password and none is given; add Password", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ServerWithoutTls_IsSaid() =>
        await FailsWith(Changed(builder => builder.SslMode = SslMode.Require), "the server and the region's SSL Mode do not fit");

    [Fact]
    public async Task ServerOfAnotherKind_IsSaid()
    {
        await using var redis = await RedisServer.StartNewAsync();
        var exception = await FailAsync(Changed(builder => (builder.Host, builder.Port, builder.SslMode) = (redis.Host, redis.Port, SslMode.Disable)));

        // Redis takes the greeting and waits for more.
        Assert.Contains($"({redis.Host}:{redis.Port}): it did not answer", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnknownDatabase_IsSaidWithTheWayOut() =>
        await FailsWith(Changed(builder => builder.Database = "nowhere"), "the database does not exist (3D000", "correct Database");

    [Fact]
    public async Task UnknownHost_IsSaid() =>
        await FailsWith(Changed(builder => builder.Host = "no-such-host.invalid"), "its host name");

    [Fact]
    public async Task NobodyListens_IsSaid() =>
        await FailsWith(Changed(builder => builder.Port = FreePort.Reserve()), "the connection was refused");

    [Fact]
    public async Task RoleMayNotCreateTheSchema_IsSaidWithTheWayOut()
    {
        await using (var admin = new NpgsqlConnection(_server.AdminConnectionString))
        {
            await admin.OpenAsync();
            await using var create = new NpgsqlCommand($"CREATE ROLE poor LOGIN PASSWORD '{Secret}'; CREATE DATABASE others", admin);
            foreach (var statement in create.CommandText.Split(';'))
            {
                await using var one = new NpgsqlCommand(statement, admin);
                await one.ExecuteNonQueryAsync();
            }
        }

        await FailsWith(
            Changed(builder => (builder.Username, builder.Password, builder.Database) = ("poor", Secret, "others")),
            "it can be written to, but the role lacks a right (42501",
            "docs/regions.md");
    }

    [Fact]
    public async Task ServersOfTwoClusters_IsSaidAndNeitherIsWrittenTo()
    {
        await using var foreign = await PostgresServer.StartPrimaryAsync();
        await using var source = RegionalDataSource.Create("db", new PostgresOptions
        {
            Regions =
            [
                new PostgresRegionOptions { Name = "home", ConnectionString = _server.ConnectionString },
                new PostgresRegionOptions { Name = "away", ConnectionString = foreign.ConnectionString },
            ],
            WaitForWriter = TimeSpan.FromSeconds(2),
        });

        var exception = await Assert.ThrowsAsync<WriterUnavailableException>(() => source.OpenWriterAsync().AsTask());

        Assert.Contains("belong to different clusters", exception.Message, StringComparison.Ordinal);
        await using var look = new NpgsqlConnection(foreign.ConnectionString);
        await look.OpenAsync();
        await using var schema = new NpgsqlCommand("SELECT to_regclass('dr_resilience.writer_epoch') IS NULL", look);
        Assert.True((bool)(await schema.ExecuteScalarAsync())!);
    }

    [Fact]
    public async Task RegionMovedToAnotherCluster_IsShutOutWhileTheWriterServes()
    {
        await using (var alone = RegionalDataSource.Create("db", Options(_server.ConnectionString)))
        await using (await alone.OpenWriterAsync())
        {
            // The epoch row is written: this cluster is ours.
        }

        await using var foreign = await PostgresServer.StartPrimaryAsync();
        await using var source = RegionalDataSource.Create("db", new PostgresOptions
        {
            Regions =
            [
                new PostgresRegionOptions { Name = "away", ConnectionString = foreign.ConnectionString },
                new PostgresRegionOptions { Name = "home", ConnectionString = _server.ConnectionString },
            ],
        });
        await using var connection = await source.OpenWriterAsync();

        Assert.Equal("home", source.WriterRegion);
    }

    private static async Task<WriterUnavailableException> FailAsync(string connectionString)
    {
        await using var source = RegionalDataSource.Create("db", Options(connectionString));
        return await Assert.ThrowsAsync<WriterUnavailableException>(() => source.OpenWriterAsync().AsTask());
    }

    private async Task FailsWith(string connectionString, params string[] says)
    {
        using var logs = new CapturedLogs();
        await using var source = RegionalDataSource.Create("db", Options(connectionString), loggerFactory: logs);

        var exception = await Assert.ThrowsAsync<WriterUnavailableException>(() => source.OpenWriterAsync().AsTask());

        Assert.All(says, words => Assert.Contains(words, exception.Message, StringComparison.Ordinal));
        Assert.StartsWith("No region of 'db' could be used within 2 s. Region 'home' (", exception.Message, StringComparison.Ordinal);
        var password = new NpgsqlConnectionStringBuilder(connectionString).Password!;
        Assert.DoesNotContain(password, exception.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(password, source.ConnectionString, StringComparison.Ordinal);
        Assert.NotEmpty(logs.Lines);
        Assert.DoesNotContain(logs.Lines, line => line.Contains(password, StringComparison.Ordinal));
    }

    private string Changed(Action<NpgsqlConnectionStringBuilder> change)
    {
        var builder = new NpgsqlConnectionStringBuilder(_server.ConnectionString);
        change(builder);
        return builder.ConnectionString;
    }

    private static PostgresOptions Options(string connectionString) => new()
    {
        Regions = [new PostgresRegionOptions { Name = "home", ConnectionString = connectionString }],
        WaitForWriter = TimeSpan.FromSeconds(2),
    };
}
