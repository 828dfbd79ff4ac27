using Npgsql;
using Resilience.Postgres;
using Resilience.TestKit;

namespace Resilience.Benchmarks;

/// <summary>
/// Kills the writer under 16 writers and promotes the other region a second later, for each contestant on the same two
/// servers in turn: how long until the first commit after the promotion, and how many calls failed.
/// </summary>
internal static class FailoverBenchmark
{
    public static readonly string[] Rows =
    [
        "failover.kill.firstCommitMs", "failover.kill.failedCalls",
        "failover.kill.firstCommitMs.recheck0", "failover.kill.failedCalls.recheck0",
    ];

    private const int Repeats = 3;
    private const string DefaultPeer = "Npgsql BuildMultiHost, default";
    private const string RecheckPeer = "Npgsql BuildMultiHost, Host Recheck Seconds=0";

    public static async Task<IReadOnlyList<ScorecardRow>> MeasureAsync(CancellationToken cancellationToken)
    {
        await using var servers = await TwoRegionPostgres.StartAsync(ct: cancellationToken);
        await ExecuteAsync(servers.East, "CREATE TABLE written (id text PRIMARY KEY)", cancellationToken);
        var ours = new List<FailoverFigures>();
        var byDefault = new List<FailoverFigures>();
        var recheck = new List<FailoverFigures>();
        var (writer, standby) = (servers.East, servers.West);
        for (var repeat = 0; repeat < Repeats; repeat++)
        {
            foreach (var (make, figures) in new (Func<FailoverContestant>, List<FailoverFigures>)[]
            {
                (() => Ours(servers), ours), (() => Peer(servers, DefaultPeer, ""), byDefault), (() => Peer(servers, RecheckPeer, ";Host Recheck Seconds=0"), recheck),
            })
            {
                figures.Add(await FailoverRun.RunAsync(make(), writer, standby, cancellationToken));
                await writer.RebuildAsStandbyOfAsync(standby, cancellationToken);
                await writer.WaitUntilStreamingAsync(cancellationToken);
                (writer, standby) = (standby, writer);
            }
        }

        return [.. Compare("", ours, byDefault, DefaultPeer), .. Compare(".recheck0", ours, recheck, RecheckPeer)];
    }

    private static ScorecardRow[] Compare(string suffix, List<FailoverFigures> ours, List<FailoverFigures> peer, string peerName) =>
    [
        new($"failover.kill.firstCommitMs{suffix}", "ms", Median(ours, one => one.FirstCommitMs), Median(peer, one => one.FirstCommitMs), peerName),
        new($"failover.kill.failedCalls{suffix}", "calls", Median(ours, one => one.FailedCalls), Median(peer, one => one.FailedCalls), peerName),
    ];

    private static double Median(List<FailoverFigures> figures, Func<FailoverFigures, double> value) =>
        Math.Round(figures.Select(value).Order().ElementAt(figures.Count / 2), 1);

    private static FailoverContestant Ours(TwoRegionPostgres servers)
    {
        var source = RegionalDataSource.Create("bench", new PostgresOptions
        {
            Regions = [.. servers.All.Select(server => new PostgresRegionOptions { Name = server.Region, ConnectionString = server.ConnectionString })],
        });
        return new FailoverContestant(
            "ours",
            (id, ct) => source.ExecuteAsync(id, (connection, transaction, token) => InsertAsync(connection, transaction, id, token), ct),
            source);
    }

    private static FailoverContestant Peer(TwoRegionPostgres servers, string name, string settings)
    {
        var builder = new NpgsqlConnectionStringBuilder(servers.East.ConnectionString + settings)
        {
            Host = string.Join(',', servers.All.Select(server => $"{server.Host}:{server.Port}")),
            Port = NpgsqlConnection.DefaultPort,
        };
        var source = new NpgsqlDataSourceBuilder(builder.ConnectionString).BuildMultiHost();
        var primary = source.WithTargetSession(TargetSessionAttributes.Primary);
        return new FailoverContestant(
            name,
            async (id, ct) =>
            {
                await using var connection = await primary.OpenConnectionAsync(ct);
                await InsertAsync(connection, null, id, ct);
            },
            source);
    }

    private static async Task InsertAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction, string id, CancellationToken cancellationToken)
    {
        await using var insert = new NpgsqlCommand("INSERT INTO written (id) VALUES ($1)", connection, transaction) { Parameters = { new() { Value = id } } };
        await insert.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task ExecuteAsync(PostgresServer server, string sql, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
