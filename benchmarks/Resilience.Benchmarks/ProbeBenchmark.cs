using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Resilience.Benchmarks;

/// <summary>
/// Readiness probes a second over one connection, pipelined so that the server and not the network is measured: ours
/// against ASP.NET's own endpoint with one check that returns at once. Both in this process, on the same Kestrel.
/// </summary>
internal static class ProbeBenchmark
{
    public static readonly string[] Rows = ["probe.ready.rps", "probe.ready.bytes"];

    private const int WarmUp = 150;
    private const int Rounds = 300;
    private const int Batches = 40;
    private const int Pipelined = 50;
    private const string Peer = "MapHealthChecks with one trivial check";

    public static async Task<IReadOnlyList<ScorecardRow>> MeasureAsync(CancellationToken cancellationToken)
    {
        var ours = CreateBuilder();
        ours.AddDrResilience();
        await using var oursApp = ours.Build();
        oursApp.MapDrHealth();
        await oursApp.StartAsync(cancellationToken);

        var peer = CreateBuilder();
        peer.Services.AddHealthChecks().AddCheck("trivial", () => HealthCheckResult.Healthy());
        await using var peerApp = peer.Build();
        peerApp.MapHealthChecks("/health/ready");
        await peerApp.StartAsync(cancellationToken);

        using var oursClient = new PipelinedClient(oursApp.Urls.First());
        using var peerClient = new PipelinedClient(peerApp.Urls.First());
        var rounds = new List<((double Rps, double Bytes) Ours, (double Rps, double Bytes) Peer)>();
        for (var round = 0; round < WarmUp + Rounds; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var pair = (Measure(oursClient), Measure(peerClient));
            if (round >= WarmUp)
            {
                rounds.Add(pair);
            }
        }

        return
        [
            new("probe.ready.rps", "1/s", Median(rounds.Select(round => round.Ours.Rps)), Median(rounds.Select(round => round.Peer.Rps)), Peer),
            new("probe.ready.bytes", "B", Median(rounds.Select(round => round.Ours.Bytes)), Median(rounds.Select(round => round.Peer.Bytes)), Peer),
        ];
    }

    private static WebApplicationBuilder CreateBuilder()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        return builder;
    }

    private static (double Rps, double Bytes) Measure(PipelinedClient client)
    {
        var allocated = GC.GetTotalAllocatedBytes(precise: false);
        var began = TimeProvider.System.GetTimestamp();
        for (var batch = 0; batch < Batches; batch++)
        {
            client.Exchange();
        }

        var seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        const double requests = Batches * Pipelined;
        return (Math.Round(requests / seconds), Math.Round((GC.GetTotalAllocatedBytes(precise: false) - allocated) / requests));
    }

    /// <summary>Not the best of all, which is the luckiest; both sides have the same rounds.</summary>
    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }

    /// <summary>Sends requests together and reads as many answers, without an allocation of its own.</summary>
    private sealed class PipelinedClient : IDisposable
    {
        private const string Request = "GET /health/ready HTTP/1.1\r\nHost: localhost\r\n\r\n";
        private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        private readonly byte[] _one = Encoding.ASCII.GetBytes(Request);
        private readonly byte[] _requests = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(Request, Pipelined)));
        private readonly byte[] _answers = new byte[256 * 1024];
        private readonly int _length;

        public PipelinedClient(string address)
        {
            _socket.Connect(new IPEndPoint(IPAddress.Loopback, new Uri(address).Port));

            // Every answer has the same length: the first one tells it.
            _socket.Send(_one);
            _length = _socket.Receive(_answers);
            if (!_answers.AsSpan(0, _length).StartsWith("HTTP/1.1 200"u8))
            {
                throw new InvalidOperationException($"The probe answered {Encoding.ASCII.GetString(_answers, 0, _length)}");
            }
        }

        public void Exchange()
        {
            _socket.Send(_requests);
            for (var left = _length * Pipelined; left > 0;)
            {
                left -= _socket.Receive(_answers);
            }
        }

        public void Dispose() => _socket.Dispose();
    }
}
