using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Resilience.TestKit.Kubernetes;

namespace Resilience.IntegrationTests.Kubernetes;

/// <summary>How the kubelet asks and what it takes for a yes.</summary>
public sealed class HttpProbeTests
{
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", nameof(ProbeResult.Success), 1)]
    [InlineData("HTTP/1.1 299 Fine\r\nContent-Length: 0\r\n\r\n", nameof(ProbeResult.Success), 1)]
    [InlineData("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n", nameof(ProbeResult.Failure), 1)]
    [InlineData("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", nameof(ProbeResult.Failure), 1)]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: http://elsewhere.invalid/\r\nContent-Length: 0\r\n\r\n", nameof(ProbeResult.Success), 1)]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n", nameof(ProbeResult.Success), 11)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ncut off", nameof(ProbeResult.Unknown), 3)]
    [InlineData("nonsense\r\n\r\n", nameof(ProbeResult.Failure), 1)]
    public async Task Answer_IsJudgedAsTheKubeletDoes(string answer, string result, int requests)
    {
        using var server = new ScriptedServer(answer);
        using var probe = new HttpProbe(server.Address);

        Assert.Equal(result, (await probe.AskAsync(new ProbeSpec("/health/ready"))).Result.ToString());
        Assert.Equal(requests, server.Requests.Count);
    }

    [Fact]
    public async Task Request_IsThatOfAKubelet()
    {
        using var server = new ScriptedServer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        using var probe = new HttpProbe(server.Address);
        await probe.AskAsync(new ProbeSpec("/health/ready"));

        var request = server.Requests.Single();
        Assert.StartsWith("GET /health/ready HTTP/1.1\r\n", request, StringComparison.Ordinal);
        Assert.Contains("User-Agent: kube-probe/1.32", request, StringComparison.Ordinal);
        Assert.Contains("Connection: close", request, StringComparison.Ordinal);
        Assert.Contains("Accept: */*", request, StringComparison.Ordinal);
        Assert.DoesNotContain("Accept-Encoding", request, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoAnswer_IsAFailureWhenTheTimeIsOver()
    {
        using var server = new ScriptedServer(answer: null);
        using var probe = new HttpProbe(server.Address);

        Assert.Equal(ProbeResult.Failure, (await probe.AskAsync(new ProbeSpec("/") { Timeout = TimeSpan.FromMilliseconds(200) })).Result);
    }

    [Fact]
    public async Task NobodyListens_IsAFailure()
    {
        Uri address;
        using (var server = new ScriptedServer(answer: null))
        {
            address = server.Address;
        }

        using var probe = new HttpProbe(address);
        Assert.Equal(ProbeResult.Failure, (await probe.AskAsync(new ProbeSpec("/"))).Result);
    }

    /// <summary>Answers every request with the same bytes and closes.</summary>
    private sealed class ScriptedServer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        public ScriptedServer(string? answer)
        {
            _listener.Start();
            Address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/"));
            _ = AcceptAsync(answer);
        }

        public Uri Address { get; }

        public List<string> Requests { get; } = [];

        public void Dispose() => _listener.Dispose();

        private async Task AcceptAsync(string? answer)
        {
            var held = new List<TcpClient>();
            try
            {
                while (true)
                {
                    var client = await _listener.AcceptTcpClientAsync();
                    held.Add(client);
                    var buffer = new byte[4096];
                    var length = await client.GetStream().ReadAsync(buffer);
                    Requests.Add(Encoding.ASCII.GetString(buffer, 0, length));
                    if (answer is not null)
                    {
                        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(answer));
                        client.Dispose();
                    }
                }
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException or IOException)
            {
                held.ForEach(client => client.Dispose());
            }
        }
    }
}
