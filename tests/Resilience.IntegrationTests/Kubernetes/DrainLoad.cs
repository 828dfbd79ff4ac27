using System.Collections.Concurrent;
using System.Net;

namespace Resilience.IntegrationTests.Kubernetes;

/// <summary>
/// Open loop: a request is sent when it is due, however long others take and however late the sender was scheduled. Every
/// tenth is a payment with a slow body.
/// </summary>
internal sealed class DrainLoad(Endpoints endpoints, Version version, int perSecond) : IAsyncDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(5);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _lost = new();
    private readonly long _began = TimeProvider.System.GetTimestamp();
    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1) })
    {
        DefaultRequestVersion = version,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Timeout = TimeSpan.FromSeconds(10),
    };

    private Task _loop = Task.CompletedTask;

    public int Sent { get; private set; }

    /// <summary>How many are due by now.</summary>
    public int Due => (int)(TimeProvider.System.GetElapsedTime(_began).TotalSeconds * perSecond);

    public IReadOnlyCollection<string> Lost => _lost;

    public void Start() => _loop = Task.Run(RunAsync);

    /// <summary>Sends no more, and waits for all that were sent.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _loop;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _http.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var running = new List<Task>();
        while (!_stop.IsCancellationRequested)
        {
            for (var due = Due; Sent < due; Sent++)
            {
                running.Add(SendAsync(Sent, endpoints.Next()));
            }

            await Task.Delay(Tick, TimeProvider.System);
        }

        await Task.WhenAll(running);
    }

    private async Task SendAsync(int number, Uri address)
    {
        var isPayment = number % 10 == 0;
        using var request = isPayment
            ? new HttpRequestMessage(HttpMethod.Post, new Uri(address, "payments")) { Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new SlowPayment(), Headers = { { "Idempotency-Key", $"drain-{number}" } } }
            : new HttpRequestMessage(HttpMethod.Get, new Uri(address, "payments/none")) { Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        try
        {
            using var response = await _http.SendAsync(request);
            if (response.StatusCode != (isPayment ? HttpStatusCode.Created : HttpStatusCode.NotFound))
            {
                _lost.Enqueue($"{request.Method} {(int)response.StatusCode}");
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            _lost.Enqueue($"{request.Method} {exception.GetBaseException().Message}");
        }
    }
}
