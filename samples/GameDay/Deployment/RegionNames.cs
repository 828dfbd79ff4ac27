using System.Net;
using System.Net.Sockets;
using Resilience.TestKit;

namespace GameDay.Deployment;

/// <summary>The names of the regions and the server that answers them. Both regions have the same port, as a name has none.</summary>
internal sealed class RegionNames : IAsyncDisposable
{
    public const string Truth = "truth";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly NameServer _server = NameServer.Start();
    private readonly DatabaseRegions _database;

    private RegionNames(DatabaseRegions database) => _database = database;

    /// <summary>What can be said when a name is asked for; "wrong" is the other region's address, "late" takes 1.5 s.</summary>
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

    /// <summary>Asks for the name as the service does: null when it is answered as it should be, else what was answered.</summary>
    public async Task<string?> DisproofAsync(string region, string answer, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(Patience);
        try
        {
            var found = await Dns.GetHostAddressesAsync(Of(region), patience.Token).WaitAsync(patience.Token);
            var expected = answer == "wrong" ? _database.All.Single(server => server.Region != region).Host : null;
            return expected is not null && found.Any(address => address.ToString() == expected) ? null : $"{Of(region)} is answered with {string.Join(", ", found.Select(a => a.ToString()))}";
        }
        catch (SocketException e)
        {
            return answer is "nxdomain" or "servfail" ? null : $"{Of(region)} is answered with {e.SocketErrorCode}";
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return answer is "silence" or "late" ? null : $"{Of(region)} is not answered within {Patience.TotalSeconds} s";
        }
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
