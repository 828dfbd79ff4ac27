using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Resilience.AspNetCore.Degradation;
using Resilience.Degradation;
using Resilience.Degradation.Fallbacks;

namespace Resilience.AspNetCore.Tests.Degradation;

/// <summary>What a client of a degradable service sees.</summary>
public sealed class OutcomeAnswerTests
{
    private static readonly string[] Found = ["a", "b"];

    [Fact]
    public async Task Normal_IsTheValue_WithoutAWord()
    {
        await using var app = await StartAsync();

        using var response = await app.GetTestClient().GetAsync("/search?q=ok");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(Found, await response.Content.ReadFromJsonAsync<string[]>());
        Assert.False(response.Headers.Contains("Degraded"));
        Assert.Null(response.Headers.CacheControl);
    }

    [Theory]
    [InlineData("/search?q=down")]
    [InlineData("/own?q=down")]
    public async Task Fallback_IsTheValue_AndSaysSo_HoweverItIsAnswered(string path)
    {
        await using var app = await StartAsync();

        using var response = await app.GetTestClient().GetAsync(path);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("""search_service;action=fallback;src="database \"full\" text";age=42""", Assert.Single(response.Headers.GetValues("Degraded")));
        Assert.True(response.Headers.CacheControl!.NoStore);
    }

    [Fact]
    public async Task NothingLeft_IsAProblem_ThatDoesNotNameServers()
    {
        await using var app = await StartAsync();

        using var response = await app.GetTestClient().GetAsync("/search?q=broken");

        await AssertUnavailableAsync(response);
    }

    [Fact]
    public async Task DependencyFailsOutsideOfADegradableCall_IsUnavailable_NotAnError()
    {
        await using var app = await StartAsync();

        using var response = await app.GetTestClient().GetAsync("/bare");

        await AssertUnavailableAsync(response);
    }

    [Fact]
    public async Task Bug_StaysABug()
    {
        await using var app = await StartAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => app.GetTestClient().GetAsync("/bug"));
    }

    [Fact]
    public async Task Queued_IsAccepted_WithLocationAndRetryAfter()
    {
        await using var app = await StartAsync();

        using var response = await app.GetTestClient().GetAsync("/queued");

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal("/payments/k1", response.Headers.Location!.OriginalString);
        Assert.Equal(TimeSpan.FromSeconds(3), response.Headers.RetryAfter!.Delta);
        var body = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(("k1", "queued", "You'll hear from us."), (body.GetProperty("id").GetString(), body.GetProperty("status").GetString(), body.GetProperty("message").GetString()));
    }

    [Theory]
    [InlineData("search_service", "search_service")]
    [InlineData("a b", "\"a b\"")]
    [InlineData("1st", "\"1st\"")]
    [InlineData("", "\"\"")]
    [InlineData("x\r\nSet-Cookie: a=b", "\"x??Set-Cookie: a=b\"")]
    [InlineData("say \"hi\" \\", "\"say \\\"hi\\\" \\\\\"")]
    [InlineData("größe", "\"gr??e\"")]
    public void Name_IsATokenOrAString_WhateverItHolds(string name, string written) => Assert.Equal(written, StructuredField.Item(name));

    private static async Task AssertUnavailableAsync(HttpResponseMessage response)
    {
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        Assert.NotNull(response.Headers.RetryAfter);
        var body = await response.Content.ReadAsStringAsync();
        Assert.Contains("search_service", body, StringComparison.Ordinal);
        Assert.DoesNotContain("10.0.0.1", body, StringComparison.Ordinal);
    }

    private static async Task<WebApplication> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(
        [
            new("DrResilience:Dependencies:elasticsearch:Retry:MaxRetryAttempts", "1"),
            new("DrResilience:Degradation:search_service:dependency", "elasticsearch"),
            new("DrResilience:Degradation:search_service:on_failure:0:action", "fallback"),
            new("DrResilience:Degradation:search_service:on_failure:0:use", "database \"full\" text"),
        ]);
        builder.AddDrResilience(dr => dr.AddFallback<string, string[]>("database \"full\" text", (_, query, _) => query == "broken"
            ? throw new InvalidOperationException("broken, too")
            : new(new FallbackAnswer<string[]>(Found, TimeSpan.FromSeconds(42)))));
        var app = builder.Build();
        app.UseDrResilience();
        Map(app.MapGroup("").WithDegradation("search_service", key => $"/payments/{key}"));
        app.MapGet("/own", async (string q, IDegradation degradation) => string.Join(',', (await SearchAsync(q, degradation)).Value));
        await app.StartAsync();
        return app;
    }

    private static void Map(RouteGroupBuilder group)
    {
        group.MapGet("/search", (string q, IDegradation degradation) => SearchAsync(q, degradation).AsTask());
        group.MapGet("/bare", string () => throw new HttpRequestException("10.0.0.1 refused"));
        group.MapGet("/bug", string () => throw new InvalidOperationException("a bug"));
        group.MapGet("/queued", () => Outcome<string>.Queued("payment_service", "payment_service", "k1", "You'll hear from us.", TimeSpan.FromSeconds(2.5), null));
    }

    private static ValueTask<Outcome<string[]>> SearchAsync(string q, IDegradation degradation) =>
        degradation.ExecuteAsync<string, string[]>("search_service", q, (query, _) => query == "ok" ? new(Found) : throw new HttpRequestException("10.0.0.1 refused"));
}
