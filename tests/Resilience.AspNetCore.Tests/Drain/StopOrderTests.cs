using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Resilience.DependencyInjection;
using Resilience.Health;

namespace Resilience.AspNetCore.Tests.Drain;

/// <summary>Requests under way end before anything stops that they may need: journals, queues, databases.</summary>
public sealed class StopOrderTests
{
    [Fact]
    public async Task Stop_RequestsEndFirst_ThenWhatTheyNeed()
    {
        var events = new ConcurrentQueue<string>();
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.AddDrResilience();
        builder.Services.AddHostedService(_ => new Recorder(events));
        await using var app = builder.Build();
        app.UseDrResilience();
        var (entered, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        app.MapGet("/slow", async (HealthMonitor monitor, QueueHost queues) =>
        {
            entered.SetResult();
            await release.Task;
            events.Enqueue("request");
            return queues.Workers.Count;
        });
        await app.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        var request = http.GetStringAsync("/slow");
        await entered.Task;

        var stopping = app.StopAsync();
        Assert.False(stopping.IsCompleted);
        release.SetResult();
        await stopping;

        Assert.Equal("0", await request);
        Assert.Equal(["request", "service"], events);
    }

    /// <summary>Registered as the SDK's own services are: before the application is built.</summary>
    private sealed class Recorder(ConcurrentQueue<string> events) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken)
        {
            events.Enqueue("service");
            return Task.CompletedTask;
        }
    }
}
