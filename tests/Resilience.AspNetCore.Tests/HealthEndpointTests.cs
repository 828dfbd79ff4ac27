using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Resilience.AspNetCore.Tests.Health;
using Resilience.TestKit;

namespace Resilience.AspNetCore.Tests;

/// <summary>The probes, with databases that cannot be reached: nothing here needs a server.</summary>
public sealed class HealthEndpointTests
{
    private const string Secret = "s3cr3t-Pa55";

    [Theory]
    [InlineData("/health/startup", HttpStatusCode.OK, "started")]
    [InlineData("/health/live", HttpStatusCode.OK, "alive")]
    [InlineData("/health/ready", HttpStatusCode.ServiceUnavailable, "waiting")]
    public async Task Probe_DatabaseUnreachable_AnswersAtOnceAndExactly(string path, HttpStatusCode status, string says)
    {
        await using var app = await StartAsync("Production", WithUnreachableDatabase());
        using var client = app.GetTestClient();

        using var response = await client.GetAsync(path);

        Assert.Equal(status, response.StatusCode);
        Assert.Equal($$"""{"status":"{{says}}"}""", await response.Content.ReadAsStringAsync());
        Assert.Equal("application/json", response.Content.Headers.ContentType!.ToString());
        Assert.Equal(says.Length + 13, response.Content.Headers.ContentLength);
        Assert.True(response.Headers.CacheControl!.NoStore);

        using var head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, path));
        Assert.Equal(status, head.StatusCode);
        Assert.Equal("", await head.Content.ReadAsStringAsync());

        using var post = await client.PostAsync(path, content: null);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, post.StatusCode);
        using var below = await client.GetAsync($"{path}/x");
        Assert.Equal(HttpStatusCode.NotFound, below.StatusCode);
    }

    [Fact]
    public async Task Ready_NoDatabaseConfigured_IsReady()
    {
        await using var app = await StartAsync("Production", []);
        using var client = app.GetTestClient();

        Assert.Equal("""{"status":"ready"}""", await client.GetStringAsync("/health/ready"));
    }

    [Fact]
    public async Task Detail_Production_IsClosed()
    {
        var settings = WithUnreachableDatabase();
        settings["DrResilience:Health:ManagementPort"] = "8081";
        await using var app = await StartAsync("Production", settings);
        using var client = app.GetTestClient();
        client.DefaultRequestHeaders.Host = "localhost:8081";

        using var response = await client.GetAsync("/health");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Detail_OnTheManagementPort_IsOpen_AndOnTheOtherClosed()
    {
        var (open, closed) = (FreePort.Reserve(), FreePort.Reserve());
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.WebHost.UseUrls($"http://127.0.0.1:{open}", $"http://127.0.0.1:{closed}");
        builder.Configuration["DrResilience:Health:ManagementPort"] = open.ToString(System.Globalization.CultureInfo.InvariantCulture);
        builder.AddDrResilience();
        await using var app = builder.Build();
        app.MapDrHealth();
        await app.StartAsync();
        using var client = new HttpClient();

        using var allowed = await client.GetAsync($"http://127.0.0.1:{open}/health");
        using var refused = await client.GetAsync($"http://127.0.0.1:{closed}/health");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotFound), (allowed.StatusCode, refused.StatusCode));
    }

    [Fact]
    public async Task Detail_Development_NamesEachRegionAndItsCauseAndNoSecret()
    {
        await using var app = await StartAsync("Development", WithUnreachableDatabase());
        using var client = app.GetTestClient();
        JsonElement database = default;
        var (text, detail) = ("", "");
        for (var i = 0; i < 100 && !detail.Contains("the connection was refused", StringComparison.Ordinal); i++)
        {
            text = await client.GetStringAsync("/health");
            database = JsonDocument.Parse(text).RootElement.GetProperty("database");
            detail = database.GetProperty("regions")[0].GetProperty("detail").GetString() ?? "";
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }

        Assert.Equal("disconnected", database.GetProperty("status").GetString());
        Assert.Equal(JsonValueKind.Null, database.GetProperty("region").ValueKind);
        var region = database.GetProperty("regions")[0];
        Assert.Equal("<b>east</b>", region.GetProperty("name").GetString());
        Assert.Contains("the connection was refused", detail, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, text, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Detail_RequiresAuthorization_IsOpenToTheAuthorisedOnly()
    {
        await using var app = await StartAsync("Production", [], map => map.RequireAuthorization());
        using var client = app.GetTestClient();

        using var anonymous = await client.GetAsync("/health");
        Assert.NotEqual(HttpStatusCode.OK, anonymous.StatusCode);

        client.DefaultRequestHeaders.Add("X-User", "anybody");
        using var known = await client.GetAsync("/health");
        Assert.Equal(HttpStatusCode.OK, known.StatusCode);
    }

    [Fact]
    public async Task Reload_Refused_ShowsOnHealthAndKeepsReady()
    {
        await using var app = await StartAsync("Development", []);
        using var client = app.GetTestClient();
        var configuration = (IConfigurationRoot)app.Services.GetRequiredService<IConfiguration>();
        configuration["DrResilience:Objectives:Rto"] = "never";
        configuration.Reload();
        app.PublishProbes();

        Assert.Equal("""{"status":"degraded"}""", await client.GetStringAsync("/health/ready"));
        using var detail = JsonDocument.Parse(await client.GetStringAsync("/health"));
        Assert.Equal("last-good", detail.RootElement.GetProperty("configuration").GetProperty("status").GetString());
    }

    [Fact]
    public void MapDrHealth_WithoutAddDrResilience_SaysWhatToCall()
    {
        var app = WebApplication.CreateSlimBuilder().Build();

        var exception = Assert.Throws<InvalidOperationException>(() => app.MapDrHealth());

        Assert.Contains("AddDrResilience()", exception.Message, StringComparison.Ordinal);
    }

    private static Dictionary<string, string?> WithUnreachableDatabase() => new(StringComparer.Ordinal)
    {
        ["DrResilience:Dependencies:db:Postgres:Regions:0:Name"] = "<b>east</b>",
        ["DrResilience:Dependencies:db:Postgres:Regions:0:ConnectionString"] = $"Host=127.0.0.1;Port={FreePort.Reserve()};Username=app;Password={Secret}",
    };

    private static async Task<WebApplication> StartAsync(
        string environment, Dictionary<string, string?> settings, Action<IEndpointConventionBuilder>? map = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = environment });
        builder.WebHost.UseTestServer();
        builder.Configuration.AddInMemoryCollection(settings);
        builder.AddDrResilience();
        builder.Services.AddAuthentication("header").AddScheme<Microsoft.AspNetCore.Authentication.AuthenticationSchemeOptions, HeaderAuthentication>("header", null);
        builder.Services.AddAuthorization();
        var app = builder.Build();
        var detail = app.MapDrHealth();
        map?.Invoke(detail);
        await app.StartAsync();
        return app;
    }
}
