using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Resilience.AspNetCore.Health;

namespace Resilience.AspNetCore.Tests.Health;

/// <summary>Probes are answered before anything of the application runs.</summary>
public sealed class ProbeOrderTests
{
    public static TheoryData<string> Probes() => [ProbePaths.Startup, ProbePaths.Live, ProbePaths.Ready];

    [Theory]
    [MemberData(nameof(Probes))]
    public async Task MiddlewareThatRedirectsFailsOrHangs_ChangesNoProbe(string path)
    {
        await using var app = await StartAsync(app =>
        {
            app.Use((context, next) => context.Request.Path == "/redirect" ? next(context) : throw new InvalidOperationException("broken"));
            app.MapDrHealth();
        });

        using var response = await app.GetTestClient().GetAsync(path);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(response.Headers.CacheControl!.NoStore);
        await Assert.ThrowsAsync<InvalidOperationException>(() => app.GetTestClient().GetAsync("/other"));
    }

    [Theory]
    [InlineData("/health/ready/")]
    [InlineData("/HEALTH/READY")]
    [InlineData("/health/ready%2f")]
    [InlineData("/health/readyx")]
    public async Task OtherPaths_GoToTheApplication(string path)
    {
        await using var app = await StartAsync(app =>
        {
            app.MapDrHealth();
            app.MapFallback(() => Results.Text("application"));
        });

        using var response = await app.GetTestClient().GetAsync(path);

        // Routing itself does not care about case and a slash at the end; what it finds is the same probe.
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(body is "application" or """{"status":"ready"}""", body);
    }

    [Fact]
    public async Task NotMapped_TheApplicationHasThePath()
    {
        await using var app = await StartAsync(app => app.MapGet("/health/ready", () => "mine"));

        Assert.Equal("mine", await app.GetTestClient().GetStringAsync("/health/ready"));
    }

    [Fact]
    public async Task MappedInAGroup_AnswersThereOnly()
    {
        await using var app = await StartAsync(app => app.MapGroup("/internal").MapDrHealth());

        Assert.Equal("""{"status":"ready"}""", await app.GetTestClient().GetStringAsync("/internal/health/ready"));
        Assert.Equal(HttpStatusCode.NotFound, (await app.GetTestClient().GetAsync("/health/ready")).StatusCode);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("DELETE")]
    [InlineData("TRACE")]
    public async Task OtherMethods_AreNotAllowed(string method)
    {
        await using var app = await StartAsync(app => app.MapDrHealth());

        using var response = await app.GetTestClient().SendAsync(new HttpRequestMessage(new HttpMethod(method), "/health/live"));

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal(["GET", "HEAD"], response.Content.Headers.Allow);
    }

    private static async Task<WebApplication> StartAsync(Action<WebApplication> configure)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.AddDrResilience();
        var app = builder.Build();
        configure(app);
        await app.StartAsync();
        app.Services.GetRequiredService<ProbeBoard>().Publish();
        return app;
    }
}
