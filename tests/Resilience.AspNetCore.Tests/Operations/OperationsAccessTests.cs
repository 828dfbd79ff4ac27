using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Resilience.AspNetCore.Tests.Health;

namespace Resilience.AspNetCore.Tests.Operations;

public sealed class OperationsAccessTests
{
    [Theory]
    [InlineData("/dr/api/failovers")]
    [InlineData("/dr/api/failovers/report")]
    public async Task Production_WithoutAuthorization_IsNotThere(string path)
    {
        await using var app = await StartAsync("Production", authorise: false);
        using var client = app.GetTestClient();

        using var answer = await client.GetAsync(path);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("", await answer.Content.ReadAsStringAsync());
        Assert.Null(answer.Content.Headers.ContentDisposition);
    }

    [Theory]
    [InlineData("/dr/api/failovers")]
    [InlineData("/dr/api/failovers/report")]
    public async Task RequiresAuthorization_IsOpenToTheAuthorisedOnly(string path)
    {
        await using var app = await StartAsync("Production", authorise: true);
        using var client = app.GetTestClient();

        using var anonymous = await client.GetAsync(path);
        client.DefaultRequestHeaders.Add("X-User", "anybody");
        using var known = await client.GetAsync(path);

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.OK), (anonymous.StatusCode, known.StatusCode));
        Assert.Equal("application/json", known.Content.Headers.ContentType!.MediaType);
        Assert.True(known.Headers.CacheControl!.NoStore);
    }

    [Fact]
    public async Task Development_NoFailovers_AnEmptyList()
    {
        await using var app = await StartAsync("Development", authorise: false);
        using var client = app.GetTestClient();

        Assert.Equal("[]", await client.GetStringAsync("/dr/api/failovers"));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await client.PostAsync("/dr/api/failovers", null)).StatusCode);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("DELETE")]
    public async Task Consent_OfNobody_IsRefused_AlsoInDevelopment(string method)
    {
        await using var app = await StartAsync("Development", authorise: false);
        using var client = app.GetTestClient();

        using var answer = await client.SendAsync(Consent(method, """{"region":"us-west-2","principal":"mallory"}"""));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Theory]
    [InlineData("""{"region":"us-west-2"}""", "payments-db", HttpStatusCode.Conflict)]
    [InlineData("""{"region":"us-west-2"}""", "nobody", HttpStatusCode.NotFound)]
    [InlineData("""{"region":7}""", "payments-db", HttpStatusCode.BadRequest)]
    [InlineData("""["us-west-2"]""", "payments-db", HttpStatusCode.BadRequest)]
    [InlineData("{", "payments-db", HttpStatusCode.BadRequest)]
    [InlineData("", "payments-db", HttpStatusCode.BadRequest)]
    public async Task Consent_ThatMeansNothing_SaysWhy(string body, string dependency, HttpStatusCode expected)
    {
        await using var app = await StartAsync("Production", authorise: true, withDatabase: true);
        using var client = app.GetTestClient();
        client.DefaultRequestHeaders.Add("X-User", "alice");

        using var answer = await client.SendAsync(Consent("POST", body, dependency));

        Assert.Equal(expected, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Consent_TooLong_OrNoJson_IsRefused()
    {
        await using var app = await StartAsync("Production", authorise: true, withDatabase: true);
        using var client = app.GetTestClient();
        client.DefaultRequestHeaders.Add("X-User", "alice");
        using var plain = new HttpRequestMessage(HttpMethod.Post, "/dr/api/switches/payments-db/approvals") { Content = new StringContent("""{"region":"us-west-2"}""") };

        using var tooLong = await client.SendAsync(Consent("POST", $$"""{"region":"{{new string('x', 2000)}}"}"""));
        using var noJson = await client.SendAsync(plain);

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (tooLong.StatusCode, noJson.StatusCode));
    }

    [Fact]
    public async Task Switches_SayWhereEachDatabaseStands()
    {
        await using var app = await StartAsync("Development", authorise: false, withDatabase: true);
        using var client = app.GetTestClient();

        using var read = JsonDocument.Parse(await client.GetStringAsync("/dr/api/switches"));

        var status = Assert.Single(read.RootElement.EnumerateArray());
        Assert.Equal("payments-db", status.GetProperty("dependency").GetString());
        Assert.Equal("automatic", status.GetProperty("mode").GetString());
        Assert.Equal(0, status.GetProperty("approvedBy").GetArrayLength());
        Assert.NotEmpty(status.GetProperty("next").GetString()!);
    }

    [Fact]
    public void WithoutTheSdk_SaysWhatToCall()
    {
        var app = WebApplication.CreateSlimBuilder().Build();

        Assert.Contains("AddDrResilience()", Assert.Throws<InvalidOperationException>(() => app.MapDrOperations()).Message, StringComparison.Ordinal);
    }

    private static HttpRequestMessage Consent(string method, string body, string dependency = "payments-db") =>
        new(new HttpMethod(method), $"/dr/api/switches/{dependency}/approvals") { Content = new StringContent(body, Encoding.UTF8, "application/json") };

    private static async Task<WebApplication> StartAsync(string environment, bool authorise, bool withDatabase = false)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = environment });
        if (withDatabase)
        {
            builder.Configuration["DrResilience:Dependencies:payments-db:Postgres:Regions:0:Name"] = "us-east-1";
            builder.Configuration["DrResilience:Dependencies:payments-db:Postgres:Regions:0:ConnectionString"] = "Host=127.0.0.1;Port=1;Username=app;Password=x;Database=app";
        }

        builder.WebHost.UseTestServer();
        builder.AddDrResilience();
        builder.Services.AddAuthentication("header").AddScheme<AuthenticationSchemeOptions, HeaderAuthentication>("header", null);
        builder.Services.AddAuthorization();
        var app = builder.Build();
        var operations = app.MapDrOperations();
        if (authorise)
        {
            operations.RequireAuthorization();
        }

        await app.StartAsync();
        return app;
    }
}
