using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Resilience.IntegrationTests.TestKit;
using Resilience.Postgres;
using Resilience.TestKit;

namespace Resilience.IntegrationTests.Operations;

/// <summary>What the gauges that alerts rest on say in the course of a failover that people approve, on real servers.</summary>
public sealed class RegionGaugesTests : IDisposable
{
    private readonly string _journal = Directory.CreateTempSubdirectory("gauges-").FullName;

    public void Dispose() => Directory.Delete(_journal, recursive: true);

    [Fact]
    public async Task LossPromotionHoldAndApproval_AreToldAsLongAsTheyLast()
    {
        await using var servers = await TwoRegionPostgres.StartAsync();
        using var host = await StartAsync(servers);
        var database = host.Services.GetRequiredService<RegionalDataSource>();
        await database.ExecuteAsync("before", (_, _, _) => Task.CompletedTask);
        await ShownAsync(host, "steady", now => now["dr.region.writer payments-db us-east-1"] == 1 && now["dr.region.writer payments-db us-west-2"] == 0
            && now["dr.region.diagnosis payments-db Healthy"] == 1 && now.GetValueOrDefault("dr.region.staleness payments-db us-west-2", double.NaN) is >= 0 and < 10
            && !now.ContainsKey("dr.region.staleness payments-db us-east-1")
            && now["dr.switch.waiting payments-db"] == 0 && now["dr.switch.hold payments-db"] == 0 && now["dr.configuration.refused"] == 0);

        await servers.West.WaitUntilCaughtUpAsync(servers.East);
        await servers.East.KillAsync();
        await ShownAsync(host, "lost", now => now["dr.region.diagnosis payments-db PrimaryDown"] == 1 && now["dr.region.diagnosis payments-db Healthy"] == 0
            && now["dr.region.writer payments-db us-east-1"] == 0 && now["dr.region.writer payments-db us-west-2"] == 0);

        await servers.West.PromoteAsync();
        await ShownAsync(host, "waits for approval", now => now["dr.switch.waiting payments-db"] == 1 && now["dr.region.diagnosis payments-db Promoted"] == 1);

        // Consent alone would not be enough.
        await database.HoldSwitchesAsync("alice");
        await ShownAsync(host, "waits for the end of the hold", now => now["dr.switch.waiting payments-db"] == 2 && now["dr.switch.hold payments-db"] == 1);
        await database.ReleaseSwitchesAsync("alice");
        await ShownAsync(host, "waits for approval again", now => now["dr.switch.waiting payments-db"] == 1 && now["dr.switch.hold payments-db"] == 0);

        await database.ApproveSwitchAsync("us-west-2", "alice");
        await ShownAsync(host, "moved", now => now["dr.region.writer payments-db us-west-2"] == 1 && now["dr.region.writer payments-db us-east-1"] == 0
            && now["dr.switch.waiting payments-db"] == 0 && now["dr.region.diagnosis payments-db Healthy"] == 1);
        await host.StopAsync();
    }

    private static async Task ShownAsync(IHost host, string what, Func<SortedDictionary<string, double>, bool> holds)
    {
        var scope = host.Services.GetRequiredService<IMeterFactory>();
        SortedDictionary<string, double> now = [];
        await Eventually.UntilAsync(
            () => holds(now = GaugeReader.Read(instrument => instrument.Meter.Scope == scope && instrument.Name.StartsWith("dr.", StringComparison.Ordinal) && instrument.IsObservable)),
            () => $"{what}: {string.Join(", ", now)}",
            CancellationToken.None);
    }

    private async Task<IHost> StartAsync(TwoRegionPostgres servers)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["DrResilience:Journal:Path"] = _journal,
            ["DrResilience:Dependencies:payments-db:Postgres:Switch:Mode"] = "Approval",
            ["DrResilience:Dependencies:payments-db:Postgres:Switch:Approvals"] = "1",
            ["DrResilience:Dependencies:payments-db:Postgres:Regions:0:Name"] = "us-east-1",
            ["DrResilience:Dependencies:payments-db:Postgres:Regions:0:ConnectionString"] = servers.East.ConnectionString,
            ["DrResilience:Dependencies:payments-db:Postgres:Regions:1:Name"] = "us-west-2",
            ["DrResilience:Dependencies:payments-db:Postgres:Regions:1:ConnectionString"] = servers.West.ConnectionString,
        });
        builder.AddDrResilience();
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }
}
