using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Resilience.IntegrationTests.TestKit;
using Resilience.Postgres;
using Resilience.TestKit;

namespace Resilience.IntegrationTests.Postgres;

/// <summary>Passwords and tokens that the application provides, region by region, and their rotation.</summary>
public sealed class PasswordProviderTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<(string Region, int Port, bool IsMonitor)> _asked = new();
    private TwoRegionPostgres _servers = null!;
    private volatile string _password = "";

    public async Task InitializeAsync()
    {
        _servers = await TwoRegionPostgres.StartAsync();
        _password = new NpgsqlConnectionStringBuilder(_servers.East.ConnectionString).Password!;
    }

    public async Task DisposeAsync() => await _servers.DisposeAsync();

    [Fact]
    public async Task Provider_IsAskedForTheRegionThatIsConnectedTo_AlsoByTheMonitor()
    {
        await using var source = Create();
        await source.ExecuteAsync("op", (_, _, _) => Task.CompletedTask);
        await Eventually.UntilAsync(() => _asked.Select(one => (one.Region, one.IsMonitor)).Distinct().Count() == 4, () => string.Join(' ', _asked), default);

        Assert.All(_asked, one => Assert.Equal(_servers.All.Single(server => server.Region == one.Region).Port, one.Port));
    }

    [Fact]
    public async Task Rotation_ConnectionsInUseStay_ThePoolIsNotSplit_NewOnesUseTheNewPassword_AFailoverWorks()
    {
        await using var source = Create();
        await source.ExecuteAsync("before", (_, _, _) => Task.CompletedTask);
        await using var held = await source.OpenWriterAsync();
        var pid = await PidAsync(held);
        var warm = await WarmAsync();
        var old = await RotateAsync();

        var refused = await Assert.ThrowsAsync<PostgresException>(async () =>
        {
            await using var outdated = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_servers.East.ConnectionString) { Password = old, Pooling = false }.ConnectionString);
            await outdated.OpenAsync();
        });
        Assert.Equal("28P01", refused.SqlState);
        for (var i = 0; i < 20; i++)
        {
            await source.ExecuteAsync($"during-{i}", (_, _, _) => Task.CompletedTask);
        }

        Assert.Equal(pid, await PidAsync(held));
        Assert.Equal(warm, await PooledAsync());

        // More than there are: these are made with the new one.
        var more = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => source.OpenWriterAsync().AsTask()));
        Assert.InRange(await PooledAsync(), 9, 9 + warm);
        foreach (var connection in more)
        {
            await connection.DisposeAsync();
        }

        // So is the monitor's, when it needs another; and the writer is not given up for it.
        var asked = _asked.Count(one => one is { IsMonitor: true, Region: "us-east-1" });
        await Sql.ExecuteAsync(With(_servers.East), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'dr-monitor'");
        await Eventually.UntilAsync(() => _asked.Count(one => one is { IsMonitor: true, Region: "us-east-1" }) > asked, () => "the monitor did not ask", default);
        await source.ExecuteAsync("monitored", (_, _, _) => Task.CompletedTask);
        Assert.Equal("us-east-1", source.WriterRegion);

        await _servers.West.WaitUntilCaughtUpAsync(_servers.East);
        await _servers.East.KillAsync();
        await _servers.West.PromoteAsync();
        Assert.Equal(OperationOutcome.Committed, await source.ExecuteAsync("after", (_, _, _) => Task.CompletedTask));
        await using var there = await source.OpenWriterAsync();
        Assert.Equal(_servers.West.Port, new NpgsqlConnectionStringBuilder(there.ConnectionString).Port);
        var moved = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => source.OpenWriterAsync().AsTask()));
        foreach (var connection in moved)
        {
            await connection.DisposeAsync();
        }

        Assert.All(_asked, one => Assert.Equal(_servers.All.Single(server => server.Region == one.Region).Port, one.Port));
    }

    [Fact]
    public async Task ProviderThrows_IsSaid_AndIsAskedAgain()
    {
        var isBroken = true;
        await using var source = RegionalDataSource.Create(
            "payments-db",
            Options(TimeSpan.FromSeconds(1)),
            configure: (_, builder) => builder.UsePasswordProvider(
                _ => Password(Volatile.Read(ref isBroken)), (_, _) => new ValueTask<string>(Password(Volatile.Read(ref isBroken)))));

        var exception = await Assert.ThrowsAsync<WriterUnavailableException>(() => source.OpenWriterAsync().AsTask());
        Assert.Contains("the password provider that the application set threw InvalidOperationException", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("no-secret-may-show", exception.Message, StringComparison.Ordinal);

        Volatile.Write(ref isBroken, false);
        await Eventually.UntilAsync(() => source.WriterRegion == "us-east-1", () => "not asked again", default);
        await using var connection = await source.OpenWriterAsync();
    }

    /// <summary>A periodic provider begins to ask when a data source is built: once for a region's pool and once for its monitor, however often that connects.</summary>
    [Fact]
    public async Task Host_PeriodicProvider_IsAskedTwiceForARegion_HoweverLongAServerHangs()
    {
        var asked = new ConcurrentQueue<string>();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal) { ["DrResilience:Region"] = "us-east-1" };
        for (var i = 0; i < 2; i++)
        {
            settings[$"DrResilience:Dependencies:payments-db:Postgres:Regions:{i}:Name"] = _servers.All[i].Region;
            settings[$"DrResilience:Dependencies:payments-db:Postgres:Regions:{i}:ConnectionString"] = WithoutPassword(_servers.All[i]);
        }

        builder.Configuration.AddInMemoryCollection(settings);
        builder.AddDrResilience(dr => dr.ConfigureDataSource("payments-db", (region, source) => source.UsePeriodicPasswordProvider(
            (_, _) =>
            {
                asked.Enqueue(region);
                return new ValueTask<string>(_password);
            },
            TimeSpan.FromMinutes(10),
            TimeSpan.FromSeconds(1))));
        using var host = builder.Build();
        await host.StartAsync();
        var database = host.Services.GetRequiredService<RegionalDataSource>();
        Assert.Equal(OperationOutcome.Committed, await database.ExecuteAsync("op", (_, _, _) => Task.CompletedTask));

        await _servers.West.HangAsync();
        await Task.Delay(TimeSpan.FromSeconds(4), TimeProvider.System);
        await _servers.West.ResumeAsync();

        Assert.Equal(["us-east-1", "us-east-1", "us-west-2", "us-west-2"], asked.Order());
        await host.StopAsync();
    }

    private RegionalDataSource Create() => RegionalDataSource.Create(
        "payments-db",
        Options(TimeSpan.FromSeconds(30)),
        configure: (region, builder) => builder.UsePasswordProvider(
            settings => Ask(region, settings), (settings, _) => new ValueTask<string>(Ask(region, settings))));

    private PostgresOptions Options(TimeSpan waitForWriter) => new()
    {
        Regions = [.. _servers.All.Select(server => new PostgresRegionOptions { Name = server.Region, ConnectionString = WithoutPassword(server) })],
        WaitForWriter = waitForWriter,
    };

    private static string WithoutPassword(PostgresServer server) => new NpgsqlConnectionStringBuilder(server.ConnectionString) { Password = null }.ConnectionString;

    private string With(PostgresServer server) => new NpgsqlConnectionStringBuilder(server.ConnectionString) { Password = _password }.ConnectionString;

    private string Password(bool isBroken) => isBroken ? throw new InvalidOperationException("no-secret-may-show") : _password;

    private string Ask(string region, NpgsqlConnectionStringBuilder settings)
    {
        _asked.Enqueue((region, settings.Port, settings.ApplicationName == "dr-monitor"));
        return _password;
    }

    /// <returns>The password before.</returns>
    private async Task<string> RotateAsync()
    {
        var (old, rotated) = (_password, $"{Guid.NewGuid():N}");
        await Sql.ExecuteAsync(_servers.East.AdminConnectionString, $"ALTER ROLE app PASSWORD '{rotated}'");
        _password = rotated;
        await _servers.West.WaitUntilCaughtUpAsync(_servers.East);
        return old;
    }

    /// <returns>How many connections the pool has once it makes no more.</returns>
    private async Task<long> WarmAsync()
    {
        var (before, now) = (0L, await PooledAsync());
        while (now < 4 || now != before)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System);
            (before, now) = (now, await PooledAsync());
        }

        return now;
    }

    private async Task<long> PooledAsync()
    {
        await using var admin = new NpgsqlConnection(_servers.East.AdminConnectionString);
        await admin.OpenAsync();
        await using var count = new NpgsqlCommand("SELECT count(*) FROM pg_stat_activity WHERE usename = 'app' AND application_name <> 'dr-monitor'", admin);
        return (long)(await count.ExecuteScalarAsync())!;
    }

    private static async Task<int> PidAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("SELECT pg_backend_pid()", connection);
        return (int)(await command.ExecuteScalarAsync())!;
    }
}
