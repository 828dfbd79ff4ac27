using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Resilience.AspNetCore.Operations.Changes;

namespace Resilience.AspNetCore.Tests.Operations;

public sealed class OperationsAccessTests : IDisposable
{
    private const string Approvals = "/dr/api/switches/payments-db/approvals";
    private const string Hold = "/dr/api/switches/payments-db/hold";
    private const string West = """{"region":"us-west-2"}""";

    private readonly string _journal = Directory.CreateTempSubdirectory("operations-").FullName;

    public static TheoryData<string> Readable() =>
        ["/dr", "/dr/dr.css", "/dr/dr.js", "/dr/dr.svg", "/dr/api/state", "/dr/api/failovers", "/dr/api/failovers/report", "/dr/api/switches", "/dr/api/changes"];

    public static TheoryData<string, string> Changes() => new()
    {
        { "POST", Approvals }, { "DELETE", Approvals }, { "POST", Hold }, { "DELETE", Hold }, { "POST", "/dr/api/switches/payments-db/rollback" },
    };

    [Fact]
    public async Task Production_WithoutAPolicy_DoesNotStart_AndSaysWhatToWrite()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => OperationsApp.StartAsync("Production", authorise: false));

        Assert.Contains("would be open to everybody in the environment 'Production'", error.Message, StringComparison.Ordinal);
        Assert.Contains(".RequireAuthorization(\"dr-operator\")", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Production_AllowAnonymous_DoesNotStart()
    {
        await using var app = OperationsApp.Build("Production");
        app.MapDrOperations().RequireAuthorization().AllowAnonymous();

        await Assert.ThrowsAsync<InvalidOperationException>(() => app.StartAsync());
    }

    [Fact]
    public async Task Production_TheGroupAroundItDemandsAPolicy_Starts()
    {
        await using var app = OperationsApp.Build("Production");
        app.MapGroup("/internal").RequireAuthorization().MapDrOperations();

        await app.StartAsync();

        using var client = OperationsApp.Client(app, "anybody");
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/internal/dr")).StatusCode);
    }

    [Theory]
    [MemberData(nameof(Readable))]
    public async Task Reading_IsOpenToTheAuthorisedOnly(string path)
    {
        await using var app = await OperationsApp.StartAsync("Production");
        using var nobody = OperationsApp.Client(app, null);
        using var somebody = OperationsApp.Client(app, "reader");

        using var anonymous = await nobody.GetAsync(path);
        using var known = await somebody.GetAsync(path);

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.OK), (anonymous.StatusCode, known.StatusCode));
        Assert.Equal("nosniff", Assert.Single(known.Headers.GetValues("X-Content-Type-Options")));
    }

    [Fact]
    public async Task Development_NoFailovers_AnEmptyList()
    {
        await using var app = await OperationsApp.StartAsync("Development", authorise: false, changePolicy: null);
        using var client = OperationsApp.Client(app, null);

        Assert.Equal("[]", await client.GetStringAsync("/dr/api/failovers"));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await client.PostAsync("/dr/api/failovers", null)).StatusCode);
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Change_OfNobody_IsRefused_AlsoInDevelopment(string method, string path)
    {
        await using var app = await OperationsApp.StartAsync("Development", authorise: false, withDatabase: true, changePolicy: null);
        using var client = OperationsApp.Client(app, null);

        using var answer = await client.SendAsync(OperationsApp.Change(method, path, """{"region":"us-west-2","principal":"mallory"}"""));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Change_OfSomebodyWhoMayOnlyLook_IsForbidden(string method, string path)
    {
        await using var app = await OperationsApp.StartAsync("Production", withDatabase: true);
        using var client = OperationsApp.Client(app, "reader");

        Assert.Equal(HttpStatusCode.Forbidden, (await client.SendAsync(OperationsApp.Change(method, path, West))).StatusCode);
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Change_WithoutAPolicyForChanges_IsForbiddenInProduction(string method, string path)
    {
        await using var app = await OperationsApp.StartAsync("Production", withDatabase: true, changePolicy: null);
        using var client = OperationsApp.Client(app, "alice");

        using var answer = await client.SendAsync(OperationsApp.Change(method, path, West));

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("names no policy for them", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData("", null, null)]
    [InlineData("1", "https://elsewhere.example", null)]
    [InlineData("1", "null", null)]
    [InlineData("1", null, "cross-site")]
    [InlineData("1", null, "same-site")]
    public async Task Change_ThatAnotherSiteCouldHaveSent_IsForbidden(string? header, string? origin, string? site)
    {
        await using var app = await OperationsApp.StartAsync("Production", withDatabase: true, journal: _journal);
        using var client = OperationsApp.Client(app, "alice");
        using var request = OperationsApp.Change("POST", Hold, body: null, header);
        Add("Origin", origin);
        Add("Sec-Fetch-Site", site);

        using var answer = await client.SendAsync(request);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal("[]", await client.GetStringAsync("/dr/api/changes"));

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }
    }

    [Theory]
    [InlineData("http://localhost", "same-origin")]
    [InlineData("https://LOCALHOST", null)]
    public async Task Change_OfTheOwnPage_IsMade(string origin, string? site)
    {
        await using var app = await OperationsApp.StartAsync("Production", withDatabase: true, journal: _journal);
        using var client = OperationsApp.Client(app, "alice");
        using var request = OperationsApp.Change("POST", Hold, body: null);
        request.Headers.Add("Origin", origin);
        if (site is not null)
        {
            request.Headers.Add("Sec-Fetch-Site", site);
        }

        Assert.Equal(HttpStatusCode.NoContent, (await client.SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task Change_OfSomebodyWhoHasGone_IsMadeAndOnRecord()
    {
        await using var app = await OperationsApp.StartAsync("Production", withDatabase: true, journal: _journal);
        using var client = OperationsApp.Client(app, "bob");

        await app.GetTestServer().SendAsync(context =>
        {
            context.Request.Method = "POST";
            context.Request.Path = Hold;
            context.Request.Headers["X-User"] = "alice";
            context.Request.Headers[CrossSite.Header] = "1";
            context.RequestAborted = new CancellationToken(canceled: true);
        });

        Assert.Equal("alice", await HeldByAsync(client));
        Assert.Contains("\"principal\":\"alice\"", await client.GetStringAsync("/dr/api/changes"), StringComparison.Ordinal);
        Assert.Single(await File.ReadAllLinesAsync(Path.Combine(_journal, "decisions.jsonl")));
    }

    [Theory]
    [InlineData(West, "payments-db", HttpStatusCode.Conflict)]
    [InlineData(West, "nobody", HttpStatusCode.NotFound)]
    [InlineData("""{"region":7}""", "payments-db", HttpStatusCode.BadRequest)]
    [InlineData("""["us-west-2"]""", "payments-db", HttpStatusCode.BadRequest)]
    [InlineData("{", "payments-db", HttpStatusCode.BadRequest)]
    [InlineData("", "payments-db", HttpStatusCode.BadRequest)]
    [InlineData("""{"region":"\ud800"}""", "payments-db", HttpStatusCode.BadRequest)]
    [InlineData("""{"region":"us-west-3\nwarn: 'mallory' asked"}""", "payments-db", HttpStatusCode.BadRequest)]
    public async Task Consent_ThatMeansNothing_SaysWhy(string body, string dependency, HttpStatusCode expected)
    {
        await using var app = await OperationsApp.StartAsync("Production", withDatabase: true, journal: _journal);
        using var client = OperationsApp.Client(app, "alice");

        using var answer = await client.SendAsync(OperationsApp.Change("POST", $"/dr/api/switches/{dependency}/approvals", body));
        using var rollback = await client.SendAsync(OperationsApp.Change("POST", $"/dr/api/switches/{dependency}/rollback", body));

        Assert.Equal((expected, expected), (answer.StatusCode, rollback.StatusCode));
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Consent_TooLong_OrNoJson_IsRefused()
    {
        await using var app = await OperationsApp.StartAsync("Production", withDatabase: true, journal: _journal);
        using var client = OperationsApp.Client(app, "alice");
        using var plain = OperationsApp.Change("POST", Approvals, West);
        plain.Content = new StringContent(West);

        using var tooLong = await client.SendAsync(OperationsApp.Change("POST", Approvals, $$"""{"region":"{{new string('x', 2000)}}"}"""));
        using var noJson = await client.SendAsync(plain);

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (tooLong.StatusCode, noJson.StatusCode));
    }

    [Fact]
    public async Task Switches_SayWhereEachDatabaseStands()
    {
        await using var app = await OperationsApp.StartAsync("Development", authorise: false, withDatabase: true, changePolicy: null);
        using var client = OperationsApp.Client(app, null);

        using var read = JsonDocument.Parse(await client.GetStringAsync("/dr/api/switches"));

        var status = Assert.Single(read.RootElement.EnumerateArray());
        Assert.Equal("payments-db", status.GetProperty("dependency").GetString());
        Assert.Equal("automatic", status.GetProperty("mode").GetString());
        Assert.Equal(0, status.GetProperty("approvedBy").GetArrayLength());
        Assert.NotEmpty(status.GetProperty("next").GetString()!);
    }

    [Fact]
    public async Task State_HoldsEverythingAndNoPassword()
    {
        await using var app = await OperationsApp.StartAsync("Production", withDatabase: true);
        using var client = OperationsApp.Client(app, "reader");

        var text = await client.GetStringAsync("/dr/api/state");

        using var read = JsonDocument.Parse(text);
        Assert.Equal(
            ["generatedAt", "host", "replica", "health", "switches", "fleet", "failovers", "changes", "objectives"],
            read.RootElement.EnumerateObject().Select(property => property.Name));
        Assert.DoesNotContain("Password", text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Page_LoadsNothingFromElsewhere_AndIsSmall()
    {
        await using var app = await OperationsApp.StartAsync("Production");
        using var client = OperationsApp.Client(app, "reader");
        var bytes = 0;
        foreach (var path in new[] { "/dr", "/dr/dr.css", "/dr/dr.js", "/dr/dr.svg" })
        {
            using var answer = await client.GetAsync(path);
            var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
            Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            bytes += (await answer.Content.ReadAsByteArrayAsync()).Length;

            using var again = new HttpRequestMessage(HttpMethod.Get, path);
            again.Headers.TryAddWithoutValidation("If-None-Match", answer.Headers.ETag!.Tag);
            Assert.Equal(HttpStatusCode.NotModified, (await client.SendAsync(again)).StatusCode);
        }

        Assert.InRange(bytes, 1_000, 100_000);
        using var slash = await client.GetAsync("/dr/");
        Assert.Equal((HttpStatusCode.Redirect, "../dr"), (slash.StatusCode, slash.Headers.Location!.OriginalString));
    }

    [Fact]
    public async Task PolicyWithoutAName_IsRefused()
    {
        await using var app = OperationsApp.Build("Production");

        Assert.Throws<ArgumentException>(() => app.MapDrOperations(""));
    }

    [Fact]
    public void WithoutTheSdk_SaysWhatToCall()
    {
        var app = WebApplication.CreateSlimBuilder().Build();

        Assert.Contains("AddDrResilience()", Assert.Throws<InvalidOperationException>(() => app.MapDrOperations()).Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_journal, recursive: true);

    private static async Task<string?> HeldByAsync(HttpClient client)
    {
        using var read = JsonDocument.Parse(await client.GetStringAsync("/dr/api/switches"));
        return read.RootElement[0].GetProperty("heldBy").GetString();
    }
}
