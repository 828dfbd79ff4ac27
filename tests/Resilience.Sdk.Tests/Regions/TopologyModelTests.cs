using System.Globalization;
using Resilience.Regions;
using Xunit.Abstractions;

namespace Resilience.Sdk.Tests.Regions;

/// <summary>
/// The reducer against a model of three servers and two processes: random interleavings of deaths, hangs, promotions (wrong ones,
/// too), rebuilt replicas, lagging replication, restarts of processes, and observations that arrive late or never.
/// </summary>
public sealed class TopologyModelTests(ITestOutputHelper output)
{
    private const int Runs = 10_000;
    private const int Steps = 60;
    private static readonly string[] Regions = ["east", "west", "north"];

    [Fact]
    public void TenThousandRuns_NoFencedRegionIsWrittenTo_NoTermGoesDown_AndAHealedWorldHasAWriter()
    {
        // The same runs each time, so that a failure is the change's; others with MODEL_SEED.
        var first = int.Parse(Environment.GetEnvironmentVariable("MODEL_SEED") ?? "1", CultureInfo.InvariantCulture);
        output.WriteLine($"seeds {first} to {first + Runs - 1}");
        var switches = 0;
        for (var seed = first; seed < first + Runs; seed++)
        {
            var trace = new List<string>();
            try
            {
                switches += new Run(new Random(seed), trace).All();
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"Seed {seed}: {failure.Message}\n{string.Join('\n', trace)}", failure);
            }
        }

        output.WriteLine($"{switches} switches");
        Assert.InRange(switches, Runs / 10, int.MaxValue);
    }

    private sealed class Run
    {
        private readonly Random _random;
        private readonly List<string> _trace;
        private readonly List<ModelServer> _servers = [.. Regions.Select(region => new ModelServer(region))];
        private readonly List<ModelClient> _clients = [new(Regions), new(Regions)];
        private readonly List<(ModelClient Client, RegionObservation Observation)> _underWay = [];
        private TimeSpan _now = TimeSpan.FromSeconds(100);
        private int _switches;

        public Run(Random random, List<string> trace)
        {
            (_random, _trace) = (random, trace);
            foreach (var server in _servers.Skip(1))
            {
                server.RebuildFrom(_servers[0]);
            }
        }

        public int All()
        {
            for (var step = 0; step < Steps; step++)
            {
                _now += TimeSpan.FromMilliseconds(_random.Next(1, 400));
                Happen(_random.Next(20));
            }

            Heal();
            return _switches;
        }

        private ModelServer Server => _servers[_random.Next(_servers.Count)];

        private void Happen(int what)
        {
            var server = Server;
            var client = _clients[_random.Next(_clients.Count)];
            switch (what)
            {
                case 0:
                    Note($"{server.Region} dies");
                    server.IsUp = false;
                    break;
                case 1 or 2:
                    Note($"{server.Region} is up");
                    (server.IsUp, server.Hangs) = (true, false);
                    break;
                case 3:
                    Note($"{server.Region} hangs");
                    server.Hangs = true;
                    break;
                case 4 when server is { IsPrimary: false, IsUp: true }:
                    Note($"{server.Region} is promoted");
                    server.Promote();
                    break;
                case 5 when _servers.Find(one => one.IsPrimary && one.IsUp && one != server) is { } primary && !IsTheOnlyNewest(server):
                    Note($"{server.Region} is rebuilt from {primary.Region}");
                    server.RebuildFrom(primary);
                    break;
                case 6 when server is { IsPrimary: true, IsUp: true }:
                    server.Write();
                    break;
                case 7 or 8:
                    server.Replicate();
                    break;
                case 9 when _random.Next(4) == 0:
                    Note($"process {_clients.IndexOf(client)} restarts");
                    _underWay.RemoveAll(one => one.Client == client);
                    client.Restart();
                    break;
                case 10 when _random.Next(4) == 0:
                    Note($"process {_clients.IndexOf(client)} reloads");
                    client.Reload();
                    break;
                case 11 when client.Topology.Writer is { } writer:
                    Observe(client, new CallFailed(writer.Region, writer.Generation - _random.Next(2), _now, new RegionFailure(RegionFailureKind.Broken, "broken")));
                    break;
                case 12:
                    Observe(client, new TimePassed(_now));
                    break;
                default:
                    Probe(client, server);
                    break;
            }

            if (_underWay.Count > 0 && _random.Next(3) > 0)
            {
                var late = _random.Next(_underWay.Count);
                var (whose, observation) = _underWay[late];
                _underWay.RemoveAt(late);
                Observe(whose, observation);
            }
        }

        /// <summary>Destroying the only copy of what a process has followed is nothing that a process gets over by itself, and should not.</summary>
        private bool IsTheOnlyNewest(ModelServer server) => _servers.All(other => other == server || other.Term < server.Term);

        /// <summary>Asks, claiming first where the topology says so; the answer arrives at once, later, or after newer ones.</summary>
        private void Probe(ModelClient client, ModelServer server)
        {
            RegionObservation answer;
            if (!server.IsUp || server.Hangs)
            {
                var kind = server.IsUp ? RegionFailureKind.TimedOut : RegionFailureKind.Unreachable;
                answer = new ProbeFailed(server.Region, _now, _now, new RegionFailure(kind, $"{kind}") { IsRefusal = !server.IsUp });
            }
            else
            {
                if (client.Topology.Claimant == server.Region && server.IsPrimary)
                {
                    Note($"process {_clients.IndexOf(client)} claims {server.Region}");
                    server.Claim(client.Topology.KnownTerm(TopologyScenario.Ours).Epoch);
                }

                answer = new ServerReported(server.Region, _now, _now + TimeSpan.FromMilliseconds(2), server.Report());
            }

            if (_random.Next(4) == 0)
            {
                _underWay.Add((client, answer));
            }
            else
            {
                Observe(client, answer);
            }
        }

        private void Observe(ModelClient client, RegionObservation observation)
        {
            var before = client.Topology.Writer;
            client.Observe(observation);
            if (client.Topology.Writer is { } writer && before?.Region != writer.Region)
            {
                _switches++;
                Note($"process {_clients.IndexOf(client)} writes to {writer.Region} ({writer.Term})");
            }
        }

        /// <summary>An operator keeps the newest server and rebuilds the others from it: each process finds it.</summary>
        private void Heal()
        {
            _underWay.Clear();
            var newest = _servers.MaxBy(server => server.Term)!;
            (newest.IsUp, newest.Hangs) = (true, false);
            if (!newest.IsPrimary)
            {
                newest.Promote();
            }

            foreach (var other in _servers.Where(server => server != newest))
            {
                other.RebuildFrom(newest);
            }

            Note($"healed with {newest.Region} ({newest.Term})");
            for (var round = 0; round < 6; round++)
            {
                foreach (var client in _clients)
                {
                    foreach (var server in _servers)
                    {
                        _now += TimeSpan.FromMilliseconds(300);
                        server.Replicate();
                        if (client.Topology.Claimant == server.Region && server.IsPrimary)
                        {
                            server.Claim(client.Topology.KnownTerm(TopologyScenario.Ours).Epoch);
                        }

                        Observe(client, new ServerReported(server.Region, _now, _now, server.Report()));
                    }
                }
            }

            Assert.All(_clients, client => Assert.Equal(newest.Region, client.Topology.Writer?.Region));
            Assert.All(_clients, client => Assert.Equal(WriterDiagnosis.Healthy, client.Topology.Diagnosis.Kind));
        }

        private void Note(string what) => _trace.Add($"{_now.TotalSeconds:0.000} {what}");
    }
}
