using System.Net;
using Npgsql;
using Resilience.IntegrationTests.TestKit;
using Resilience.TestKit;
using Xunit.Abstractions;

namespace Resilience.IntegrationTests.Payments;

/// <summary>The service's database fails in its several ways while payments are queued: what customers get, and what becomes of the payments.</summary>
public sealed class PaymentOutageTests(ITestOutputHelper output)
{
    /// <summary>
    /// A thousand payments are queued, the standby's receiver stalls, more come, the writer dies with the tail that was not
    /// replicated, and comes back as a second writer when the other has been promoted.
    /// </summary>
    [Trait(Nightly.Trait, Nightly.Value)]
    [Fact]
    public async Task FailoverWithAStalledStandby_AThousandQueued_OldWriterReturns_AllChargedOnce_NoneThere()
    {
        await using var fleet = await PaymentFleet.StartTwoRegionsAsync(replicas: 3);
        await fleet.GatewayDownAsync();
        await PayInTurnAsync(fleet, "k", 700);
        await PaymentFleet.UntilAsync(fleet.West, "count(*) >= 100 FROM dr_resilience.queue_entry");
        await fleet.West.StallWalReceiverAsync();
        await PayInTurnAsync(fleet, "tail", 300);
        await PaymentFleet.UntilAsync(fleet.East, "count(*) >= 1000 FROM dr_resilience.queue_entry");
        var lost = await QueuedAsync(fleet.East);
        await fleet.East.KillAsync();
        await fleet.West.PromoteAsync();
        lost -= await QueuedAsync(fleet.West);
        output.WriteLine($"{lost} of {fleet.Acknowledged.Count} queued payments were not on the standby");
        Assert.InRange(lost, 100, 1000);

        await Eventually.UntilAsync(async _ => (await fleet.PayAsync("probe")).Status == HttpStatusCode.Accepted, () => "nothing is promised", default);
        await fleet.East.RestartAsOldPrimaryAsync();
        await fleet.HealAsync();
        await PayInTurnAsync(fleet, "after", 60);

        Assert.Equal(1061, fleet.Acknowledged.Count);
        await fleet.EachAcknowledgedIsChargedOnceAsync(fleet.West, TimeSpan.FromMinutes(2));
        Assert.Equal(0, await Sql.QueryAsync<long>(fleet.East, "SELECT count(*) FROM payments WHERE idempotency_key LIKE 'after%' OR status <> 'pending'"));
    }

    /// <summary>
    /// The queue has made payments of which the standby knows nothing, neither that they were asked for nor that they are made: the
    /// gateway has the money, and the survivor's ledger gets its rows all the same.
    /// </summary>
    [Fact]
    public async Task FailoverLosesPaymentsThatTheQueueHasMade_TheSurvivorGetsThem_ChargedOnce()
    {
        await using var fleet = await PaymentFleet.StartTwoRegionsAsync(replicas: 2);
        await fleet.GatewayDownAsync();
        await fleet.PayAsync("before");
        await PaymentFleet.UntilAsync(fleet.West, "to_regclass('dr_resilience.queue_entry') IS NOT NULL");
        await PaymentFleet.UntilAsync(fleet.West, "count(*) = 1 FROM dr_resilience.queue_entry");
        await fleet.West.StallWalReceiverAsync();
        await PayInTurnAsync(fleet, "lost", 40);
        await fleet.HealAsync();
        await PaymentFleet.UntilAsync(fleet.East, "count(*) = 41 FROM payments WHERE status = 'captured'");
        await PaymentFleet.UntilAsync(fleet.East, "count(*) = 41 FROM dr_resilience.queue_entry WHERE state = 2");

        await fleet.East.KillAsync();
        await fleet.West.PromoteAsync();
        output.WriteLine($"{await Sql.QueryAsync<long>(fleet.West, "SELECT count(*) FROM payments")} of {fleet.Acknowledged.Count} payments were on the survivor");

        Assert.Equal(41, fleet.Acknowledged.Count);
        await fleet.EachAcknowledgedIsChargedOnceAsync(fleet.West);
    }

    /// <summary>A commit waits for a synchronous standby that is gone: nobody is told that it succeeded; the journal promises instead.</summary>
    [Fact]
    public async Task SynchronousStandbyGone_NothingIsAcknowledgedFromTheDatabase_AndAllIsThereAfterItsLoss()
    {
        await using var fleet = await PaymentFleet.StartTwoRegionsAsync(synchronous: true);
        await fleet.PayAsync("before");
        await fleet.West.StallWalReceiverAsync();

        var attempts = await fleet.PayAllAsync(Enumerable.Range(0, 20).Select(i => $"k{i}"));
        output.WriteLine($"longest {attempts.Max(attempt => attempt.Took).TotalSeconds:0.0} s, {string.Join(", ", attempts.CountBy(attempt => $"{attempt.Status}"))}");
        Assert.DoesNotContain(attempts, attempt => attempt.Status == HttpStatusCode.Created);

        await fleet.East.KillAsync();
        await fleet.West.PromoteAsync();
        await fleet.EachAcknowledgedIsChargedOnceAsync(fleet.West);
    }

    /// <summary>The journal's disk is full and the database's, too: 503, and no promise that nobody keeps.</summary>
    [RootFact]
    public async Task JournalAndDatabaseFull_503_NoFalsePromise_AndServesAgainWhenThereIsRoom()
    {
        await using var journal = await SmallDisk.MountAsync(megabytes: 2);
        await using var tables = await SmallDisk.MountAsync(megabytes: 8);
        var server = await PostgresServer.StartPrimaryAsync(new PostgresServerOptions { Region = "us-east-1" });
        await using var fleet = await PaymentFleet.StartAsync(
            [server], server, 1, null, ("DrResilience__Journal__Path", Path.Combine(journal.Path, "journal")), ("DrResilience__Journal__SegmentKilobytes", "64"));
        await fleet.PayAsync("before");
        await tables.GiveToAsync("postgres");
        await ExecuteAsAdminAsync(server, $"CREATE TABLESPACE small LOCATION '{tables.Path}'");
        await PaymentFleet.UntilAsync(server, "to_regclass('dr_resilience.queue_entry') IS NOT NULL AND to_regclass('dr_resilience.operation') IS NOT NULL");
        foreach (var table in new[] { "payments", "dr_resilience.queue_entry", "dr_resilience.operation" })
        {
            await ExecuteAsAdminAsync(server, $"ALTER TABLE {table} SET TABLESPACE small");
        }

        await ExecuteAsAdminAsync(server, "CREATE TABLE filler (x text) TABLESPACE small");
        await FillAsync(server);
        var noRoom = journal.Fill();

        var full = await fleet.PayAllAsync(Enumerable.Range(0, 150).Select(i => $"k{i}"));

        output.WriteLine(string.Join(", ", full.CountBy(attempt => $"{attempt.Status}")));
        var refused = full.Where(attempt => attempt.Status == HttpStatusCode.ServiceUnavailable).ToList();
        Assert.NotEmpty(refused);
        Assert.All(full, attempt => Assert.Contains(attempt.Status, new HttpStatusCode?[] { HttpStatusCode.Created, HttpStatusCode.Accepted, HttpStatusCode.ServiceUnavailable }));

        noRoom.Dispose();
        await ExecuteAsAdminAsync(server, "DROP TABLE filler");
        await Eventually.UntilAsync(
            async _ => (await fleet.PayAsync("again")).Status == HttpStatusCode.Created, () => "the service does not serve again", default);
        Assert.Equal(HttpStatusCode.Created, (await fleet.PayAsync(refused[^1].Key)).Status);
        await fleet.EachAcknowledgedIsChargedOnceAsync(server);
    }

    /// <summary>Four at a time for each replica.</summary>
    private static Task PayInTurnAsync(PaymentFleet fleet, string prefix, int count) => Task.WhenAll(
        Enumerable.Range(0, 4 * fleet.Replicas.Count).Select(async lane =>
        {
            for (var i = lane; i < count; i += 4 * fleet.Replicas.Count)
            {
                await fleet.PayAsync($"{prefix}{i}", lane);
            }
        }));

    private static Task<long> QueuedAsync(PostgresServer server) => Sql.QueryAsync<long>(server, "SELECT count(*) FROM dr_resilience.queue_entry");

    private static async Task FillAsync(PostgresServer server)
    {
        foreach (var rows in new[] { 2000, 200, 20, 1 })
        {
            for (var more = true; more;)
            {
                try
                {
                    await ExecuteAsAdminAsync(server, $"INSERT INTO filler SELECT repeat(md5(i::text), 30) FROM generate_series(1, {rows}) AS i");
                }
                catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.DiskFull)
                {
                    more = false;
                }
            }
        }
    }

    private static async Task ExecuteAsAdminAsync(PostgresServer server, string sql)
    {
        await using var source = NpgsqlDataSource.Create(server.AdminConnectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
