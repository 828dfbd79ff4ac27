using Resilience.TestKit;

namespace GameDay.Deployment;

/// <summary>The names of the regions and the server that answers them. Both regions have the same port, as a name has none.</summary>
internal sealed class RegionNames : IAsyncDisposable
{
    public const string Truth = "truth";

    private readonly NameServer _server = NameServer.Start();
    private readonly DatabaseRegions _database;

    private RegionNames(DatabaseRegions database) => _database = database;

    /// <summary>What can be said when a name is asked for; "wrong" and "stale" are the other region's address.</summary>
    public static IReadOnlyList<string> Answers { get; } = [Truth, "nxdomain", "servfail", "silence", "wrong", "late"];

    public static string Of(string region) => $"{region}.db.test";

    public static TwoRegionPostgresOptions Options(DeploymentSpec spec)
    {
        var standard = new TwoRegionPostgresOptions { SynchronousReplication = spec.SynchronousReplication };
        var port = spec.Names ? FreePort.Reserve() : (int?)null;
        return standard with { East = standard.East with { Port = port }, West = standard.West with { Port = port } };
    }

    public static RegionNames Serve(DatabaseRegions database)
    {
        var names = new RegionNames(database);
        foreach (var server in database.All)
        {
            names.Answer(server.Region, Truth);
        }

        return names;
    }

    public void Answer(string region, string answer)
    {
        var server = _database[region];
        var other = _database.All.Single(one => one != server);
        _server.Say(Of(region), answer switch
        {
            "nxdomain" => NameAnswer.NoSuchName,
            "servfail" => NameAnswer.ServerFailure,
            "silence" => NameAnswer.Silence,
            "wrong" => NameAnswer.Address(other.Host),
            "late" => NameAnswer.Address(server.Host) with { Delay = TimeSpan.FromSeconds(1.5) },
            _ => NameAnswer.Address(server.Host),
        });
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
