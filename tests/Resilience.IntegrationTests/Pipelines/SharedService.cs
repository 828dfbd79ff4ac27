using System.Collections.Concurrent;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Resilience.IntegrationTests.Pipelines;

/// <summary>
/// A service that works on 200 requests at a time, as one with so many threads or connections does, and lets the others
/// wait. <c>/needs</c> calls a dependency, whose latency the test sets, <c>/plain</c> does not. Everything is real: servers,
/// sockets, time.
/// </summary>
internal sealed class SharedService : IAsyncDisposable
{
    private const int AtOnce = 200;

    private readonly WebApplication _dependency;
    private readonly WebApplication _service;
    private long _latency;

    private SharedService(bool protectedByPipeline)
    {
        _dependency = Create();
        _dependency.MapGet("/", async (HttpContext context) =>
            await Task.Delay(TimeSpan.FromTicks(Interlocked.Read(ref _latency)), TimeProvider.System, context.RequestAborted));
        _service = Create(builder => AddClient(builder, protectedByPipeline));
        var places = new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = AtOnce, QueueLimit = int.MaxValue });
        _service.Use(async (HttpContext context, RequestDelegate next) =>
        {
            using var place = await places.AcquireAsync(1, context.RequestAborted);
            await next(context);
        });
        _service.MapGet("/plain", () => "plain");
        _service.MapGet("/needs", async (IHttpClientFactory clients, HttpContext context) =>
        {
            try
            {
                using var client = clients.CreateClient("dependency");
                using var answer = await client.GetAsync(_dependency.Urls.First(), context.RequestAborted);
                return Results.StatusCode((int)answer.StatusCode);
            }
            catch (Exception e) when (!context.RequestAborted.IsCancellationRequested)
            {
                Failures.AddOrUpdate(e.GetType().Name, 1, (_, count) => count + 1);
                return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
            }
        });
    }

    /// <summary>How the calls of the dependency failed, by exception.</summary>
    public ConcurrentDictionary<string, int> Failures { get; } = new(StringComparer.Ordinal);

    public TimeSpan Latency
    {
        set => Interlocked.Exchange(ref _latency, value.Ticks);
    }

    public string Address => _service.Urls.First();

    public static async Task<SharedService> StartAsync(bool protectedByPipeline)
    {
        var service = new SharedService(protectedByPipeline);
        await service._dependency.StartAsync();
        await service._service.StartAsync();
        return service;
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        await _dependency.DisposeAsync();
    }

    private static WebApplication Create(Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls=http://127.0.0.1:0", "--Logging:LogLevel:Default=None"]);
        configure?.Invoke(builder);
        return builder.Build();
    }

    private static void AddClient(WebApplicationBuilder builder, bool protectedByPipeline)
    {
        var client = builder.Services.AddHttpClient("dependency").RemoveAllLoggers();
        if (!protectedByPipeline)
        {
            return;
        }

        // The values of the README's example.
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["DrResilience:Dependencies:dependency:TotalRequestTimeout:Timeout"] = "00:00:05",
            ["DrResilience:Dependencies:dependency:AttemptTimeout:Timeout"] = "00:00:02",
            ["DrResilience:Dependencies:dependency:Retry:MaxRetryAttempts"] = "2",
            ["DrResilience:Dependencies:dependency:CircuitBreaker:SlowCallDuration"] = "00:00:02",
            ["DrResilience:Dependencies:dependency:CircuitBreaker:SlowCallRatio"] = "0.8",
            ["DrResilience:Dependencies:dependency:Bulkhead:PermitLimit"] = "100",
            ["DrResilience:Dependencies:dependency:Bulkhead:MaxQueueWait"] = "00:00:00.1",
        });
        builder.AddDrResilience();
        client.AddDrDependency("dependency");
    }
}
