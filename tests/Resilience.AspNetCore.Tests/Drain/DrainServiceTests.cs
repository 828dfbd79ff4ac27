using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Resilience.AspNetCore.Drain;
using Resilience.TestKit;

namespace Resilience.AspNetCore.Tests.Drain;

public sealed class DrainServiceTests
{
    [Theory]
    [InlineData(20, null, 30, "HostOptions.ShutdownTimeout is '00:00:30'")]
    [InlineData(10, 25, 30, "Health:TerminationGracePeriod is '00:00:25'")]
    public async Task TooLittleTimeToDrain_StopsTheStart(int drainDelay, int? gracePeriod, int shutdownTimeout, string expected)
    {
        await using var app = Build(drainDelay, gracePeriod, shutdownTimeout);

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => app.StartAsync());

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(15, null, 30)]
    [InlineData(20, null, 35)]
    [InlineData(10, 26, 30)]
    public async Task EnoughTimeToDrain_Starts(int drainDelay, int? gracePeriod, int shutdownTimeout)
    {
        await using var app = Build(drainDelay, gracePeriod, shutdownTimeout);

        await app.StartAsync();
        await app.StopAsync();
    }

    [Theory]
    [InlineData(false, HttpStatusCode.ServiceUnavailable)]
    [InlineData(true, HttpStatusCode.OK)]
    public async Task Terminated_ReadyTellsOfTheDrain_LiveStaysWell(bool keepServing, HttpStatusCode ready)
    {
        await using var app = Build(drainDelay: 10, gracePeriod: null, shutdownTimeout: 30, keepServing);
        await app.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        app.Services.GetRequiredService<DrainService>().Terminate();

        await Eventually.UntilAsync(
            async ct =>
            {
                using var answer = await http.GetAsync("/health/ready", ct);
                return (await answer.Content.ReadAsStringAsync(ct)).Contains("draining", StringComparison.Ordinal) && answer.StatusCode == ready;
            },
            () => "Readiness does not tell of the drain.",
            default);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/health/live")).StatusCode);
    }

    /// <summary>Requests take at most 15 s, which is the default.</summary>
    private static WebApplication Build(int drainDelay, int? gracePeriod, int shutdownTimeout, bool keepServing = false)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["DrResilience:Health:DrainDelay"] = TimeSpan.FromSeconds(drainDelay).ToString("c"),
            ["DrResilience:Health:TerminationGracePeriod"] = gracePeriod is { } grace ? TimeSpan.FromSeconds(grace).ToString("c") : null,
            ["DrResilience:Health:KeepServing"] = keepServing ? "true" : "false",
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(shutdownTimeout));
        builder.AddDrResilience();
        var app = builder.Build();
        app.UseDrResilience();
        app.MapDrHealth();
        return app;
    }
}
