using Resilience.IntegrationTests.TestKit;
using Resilience.Postgres;
using Resilience.TestKit;

namespace Resilience.IntegrationTests.Postgres;

/// <summary>One person stops all switches of a process, on real servers, whatever the configuration says and becomes.</summary>
public sealed class OperatorHoldTests
{
    [Fact]
    public async Task Held_ThePromotionIsNotFollowed_UntilItIsReleased()
    {
        await using var servers = await TwoRegionPostgres.StartAsync();
        await using var source = RegionalDataSource.Create("payments-db", TwoRegionDatabase.Options(servers));
        await source.ExecuteAsync("before", (_, _, _) => Task.CompletedTask);
        await servers.West.WaitUntilCaughtUpAsync(servers.East);

        await source.HoldSwitchesAsync("alice");
        await servers.East.KillAsync();
        await servers.West.PromoteAsync();
        var waiting = source.ExecuteAsync("waits", (_, _, _) => Task.CompletedTask);
        await Eventually.UntilAsync(() => source.SwitchStatus.Candidate == "us-west-2", () => $"{source.SwitchStatus}", default);
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
        Assert.Equal(("alice", false, false), (source.SwitchStatus.HeldBy, source.SwitchStatus.IsDecided, waiting.IsCompleted));
        Assert.Equal(1, await Sql.QueryAsync<long>(servers.West, "SELECT epoch FROM dr_resilience.writer_epoch"));

        await source.ReleaseSwitchesAsync("bob");
        Assert.Equal(OperationOutcome.Committed, await waiting);
        Assert.Equal(("us-west-2", null), (source.WriterRegion, source.SwitchStatus.HeldBy));
    }

    /// <summary>Another replica has followed: what this one would go back to is fenced, and it says so instead of promising it.</summary>
    [Fact]
    public async Task Held_AnotherReplicaFollows_ThisOneSaysThatItIsDecided()
    {
        await using var servers = await TwoRegionPostgres.StartAsync();
        await using var held = RegionalDataSource.Create("payments-db", TwoRegionDatabase.Options(servers));
        await using var other = RegionalDataSource.Create("payments-db", TwoRegionDatabase.Options(servers));
        await held.ExecuteAsync("before", (_, _, _) => Task.CompletedTask);
        await other.ExecuteAsync("before-2", (_, _, _) => Task.CompletedTask);
        await servers.West.WaitUntilCaughtUpAsync(servers.East);

        await held.HoldSwitchesAsync("alice");
        await servers.East.KillAsync();
        await servers.West.PromoteAsync();
        await other.ExecuteAsync("after", (_, _, _) => Task.CompletedTask);

        await Eventually.UntilAsync(() => held.SwitchStatus.IsDecided, () => $"{held.SwitchStatus}", default);
        Assert.Null(held.WriterRegion);
        Assert.Contains("Another replica has moved its writes to 'us-west-2'", held.SwitchStatus.Next, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Held_TheConfigurationChangesTwice_ItStillHolds()
    {
        await using var servers = await TwoRegionPostgres.StartAsync();
        var options = TwoRegionDatabase.Options(servers);
        await using var source = RegionalDataSource.Create("payments-db", options);
        await source.ExecuteAsync("before", (_, _, _) => Task.CompletedTask);
        await source.HoldSwitchesAsync("alice");

        await source.ReconfigureAsync(options with { WaitForWriter = TimeSpan.FromSeconds(20) });
        Assert.Equal("alice", source.SwitchStatus.HeldBy);

        // While a configuration is tried that finds no writer, the decision is taken back, and then made again.
        var nowhere = options with { Regions = [.. options.Regions.Select(region => region with { ConnectionString = region.ConnectionString + ";Port=1" })], WaitForWriter = TimeSpan.FromMilliseconds(300) };
        var trying = source.ReconfigureAsync(nowhere);
        await Eventually.UntilAsync(() => source.PendingChange is not null, () => "nothing is tried", default);
        await source.ReleaseSwitchesAsync("bob");
        await source.HoldSwitchesAsync("carol");
        await source.ReconfigureAsync(options with { WaitForWriter = TimeSpan.FromSeconds(10) });
        await trying;
        Assert.Equal("carol", source.SwitchStatus.HeldBy);
        await source.ExecuteAsync("after", (_, _, _) => Task.CompletedTask);
    }
}
