using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Resilience.DependencyInjection;
using Resilience.Postgres;
using Resilience.TestKit;

namespace Resilience.IntegrationTests.Hosting;

/// <summary><c>AddDrResilience()</c> in a real host: injection by name, errors at start, reloads.</summary>
public sealed class HostTests : IAsyncLifetime
{
    private const string Postgres = "DrResilience:Dependencies:payments-db:Postgres";
    private TwoRegionPostgres _servers = null!;

    public async Task InitializeAsync() => _servers = await TwoRegionPostgres.StartAsync();

    public async Task DisposeAsync() => await _servers.DisposeAsync();

    [Fact]
    public async Task Start_Configured_InjectsTheDatabaseByNameAndAlone()
    {
        using var host = Build(out _);
        await host.StartAsync();
        var named = host.Services.GetRequiredKeyedService<RegionalDataSource>("payments-db");

        await using var connection = await named.OpenWriterAsync();

        Assert.Same(named, host.Services.GetRequiredService<RegionalDataSource>());
        var exception = Assert.Throws<InvalidOperationException>(() => host.Services.GetRequiredKeyedService<RegionalDataSource>("payment-db"));
        Assert.Contains("Did you mean 'payments-db'?", exception.Message, StringComparison.Ordinal);
        await host.StopAsync();
    }

    [Fact]
    public async Task Start_Wrong_StopsTheHostWithAllErrors()
    {
        using var host = Build(out _, ($"{Postgres}:WaitForWriter", "soon"), ("DrResilience:Regoin", "x"));

        var exception = await Assert.ThrowsAsync<DrResilienceConfigurationException>(() => host.StartAsync());

        Assert.Equal(2, exception.Errors.Count);
    }

    [Fact]
    public async Task Start_EveryRegionDown_Starts()
    {
        await _servers.West.StopAsync();
        await _servers.East.StopAsync();
        using var host = Build(out _);

        await host.StartAsync();

        Assert.Null(host.Services.GetRequiredService<RegionalDataSource>().WriterRegion);
        await host.StopAsync();
    }

    [Fact]
    public async Task Reload_WrongPassword_KeepsTheWorkingConnections_ThenTakesTheRightOne()
    {
        using var host = Build(out var configuration);
        await host.StartAsync();
        var source = host.Services.GetRequiredService<RegionalDataSource>();
        await source.ExecuteAsync("op-1", (_, _, _) => Task.CompletedTask);
        var before = source.Regions;

        configuration[$"{Postgres}:Regions:0:ConnectionString"] = WithPassword(_servers.East, "wrong");
        configuration[$"{Postgres}:Regions:1:ConnectionString"] = WithPassword(_servers.West, "wrong");
        configuration.Reload();
        await Task.Delay(TimeSpan.FromSeconds(1.5), TimeProvider.System);
        await source.ExecuteAsync("op-2", (_, _, _) => Task.CompletedTask);
        Assert.Same(before, source.Regions);

        configuration[$"{Postgres}:Regions:0:ConnectionString"] = $"{_servers.East.ConnectionString};Application Name=rotated";
        configuration[$"{Postgres}:Regions:1:ConnectionString"] = _servers.West.ConnectionString;
        configuration.Reload();
        await Eventually.UntilAsync(() => !ReferenceEquals(before, source.Regions), () => "the reload is not applied", default);

        await using var connection = await source.OpenWriterAsync();
        await using var command = new NpgsqlCommand("SHOW application_name", connection);
        Assert.Equal("rotated", await command.ExecuteScalarAsync());
        await host.StopAsync();
    }

    [Fact]
    public async Task Reload_UnderLoad_NoCallFails()
    {
        using var host = Build(out var configuration);
        await host.StartAsync();
        var source = host.Services.GetRequiredService<RegionalDataSource>();
        await source.ExecuteAsync("first", (_, _, _) => Task.CompletedTask);
        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                await source.ExecuteAsync($"{writer}-{i}", (_, _, _) => Task.CompletedTask);
                await using var raw = await source.OpenWriterAsync();
            }
        })).ToList();

        for (var i = 0; i < 3; i++)
        {
            var before = source.Regions;
            configuration[$"{Postgres}:WarmConnections"] = $"{i}";
            configuration.Reload();
            await Eventually.UntilAsync(() => !ReferenceEquals(before, source.Regions), () => "the reload is not applied", default);
        }

        await stop.CancelAsync();
        await Task.WhenAll(writers);
        await host.StopAsync();
    }

    [Fact]
    public void ConfigureDataSource_UnknownName_StopsTheHost()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(Settings());
        builder.AddDrResilience(dr => dr.ConfigureDataSource("payment-db", (_, _) => { }));
        using var host = builder.Build();

        var exception = Assert.Throws<InvalidOperationException>(() => host.Start());

        Assert.Contains("Did you mean 'payments-db'?", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FailbackAuto_WithASwitchoverTheHostStarts_WithoutItSaysWhatIsMissing()
    {
        var settings = Settings();
        settings[$"{Postgres}:Failback:Mode"] = "Auto";
        settings[$"{Postgres}:Failback:PreferredRegion"] = "us-east-1";
        IHost BuildWith(Action<DrResilienceBuilder> configure)
        {
            var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
            builder.Configuration.AddInMemoryCollection(settings);
            builder.AddDrResilience(configure);
            return builder.Build();
        }

        using var without = BuildWith(_ => { });
        var missing = Assert.Throws<DrResilienceConfigurationException>(() => without.Start());
        using var unknown = BuildWith(dr => dr.AddSwitchover("payments-db", (_, _) => Task.CompletedTask).AddSwitchover("payment-db", (_, _) => Task.CompletedTask));
        var misnamed = Assert.Throws<InvalidOperationException>(() => unknown.Start());
        using var with = BuildWith(dr => dr.AddSwitchover("payments-db", (_, _) => Task.CompletedTask));
        await with.StartAsync();
        await with.StopAsync();

        Assert.Contains("dr.AddSwitchover", Assert.Single(missing.Errors), StringComparison.Ordinal);
        Assert.Contains("AddSwitchover names the database 'payment-db'", misnamed.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => BuildWith(dr => dr.AddSwitchover("payments-db", (_, _) => Task.CompletedTask).AddSwitchover("payments-db", (_, _) => Task.CompletedTask)));
    }

    private IHost Build(out IConfigurationRoot configuration, params (string Key, string Value)[] changes)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        var settings = Settings();
        foreach (var (key, value) in changes)
        {
            settings[key] = value;
        }

        builder.Configuration.AddInMemoryCollection(settings);
        builder.AddDrResilience();
        var host = builder.Build();
        configuration = (IConfigurationRoot)host.Services.GetRequiredService<IConfiguration>();
        return host;
    }

    private Dictionary<string, string?> Settings() => new(StringComparer.Ordinal)
    {
        ["DrResilience:Region"] = "us-east-1",
        [$"{Postgres}:Regions:0:Name"] = "us-east-1",
        [$"{Postgres}:Regions:0:ConnectionString"] = _servers.East.ConnectionString,
        [$"{Postgres}:Regions:1:Name"] = "us-west-2",
        [$"{Postgres}:Regions:1:ConnectionString"] = _servers.West.ConnectionString,
        [$"{Postgres}:WaitForWriter"] = "00:00:05",
    };

    private static string WithPassword(PostgresServer server, string password) =>
        new NpgsqlConnectionStringBuilder(server.ConnectionString) { Password = password }.ConnectionString;
}
