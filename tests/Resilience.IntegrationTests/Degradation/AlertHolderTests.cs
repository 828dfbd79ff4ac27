using Resilience.Degradation.Alerts;
using Resilience.IntegrationTests.Postgres;
using Resilience.TestKit;

namespace Resilience.IntegrationTests.Degradation;

/// <summary>Of several replicas the first tells of an alert and the last says that it is over.</summary>
public sealed class AlertHolderTests
{
    [Fact]
    public async Task Replicas_AtOnce_OneIsFirstAndOneIsLast()
    {
        await using var database = await TwoRegionDatabase.StartAsync();
        var replicas = Enumerable.Range(0, 8).Select(i => new PostgresAlertHolders(database.Source, $"replica-{i}")).ToList();

        var entered = await Task.WhenAll(replicas.Select(replica => replica.EnterAsync("a", default).AsTask()));
        var again = await Task.WhenAll(replicas.Select(replica => replica.EnterAsync("a", default).AsTask()));
        var other = await replicas[0].EnterAsync("another", default);
        var left = await Task.WhenAll(replicas.Select(replica => replica.LeaveAsync("a", default).AsTask()));
        var after = await Task.WhenAll(replicas.Select(replica => replica.LeaveAsync("a", default).AsTask()));

        Assert.Single(entered, first => first);
        Assert.DoesNotContain(true, again);
        Assert.True(other);
        Assert.Single(left, last => last);
        Assert.DoesNotContain(true, after);
    }

    [Fact]
    public async Task ReplicaThatDied_IsForgotten_AndOneOfTheOthersIsLast()
    {
        await using var database = await TwoRegionDatabase.StartAsync();
        var dead = new PostgresAlertHolders(database.Source, "dead");
        var alive = new PostgresAlertHolders(database.Source, "alive");
        await dead.EnterAsync("a", default);
        await alive.EnterAsync("a", default);

        Assert.False(await alive.LeaveAsync("a", default));
        await TestKit.Sql.ExecuteAsync(database.East, "UPDATE dr_resilience.alert_holder SET seen_at = now() - interval '3 minutes'");

        Assert.True(await alive.LeaveAsync("a", default));
        Assert.False(await alive.LeaveAsync("a", default));
    }
}
