using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using Resilience.AspNetCore.Tests;
using Resilience.IntegrationTests.TestKit;
using Resilience.Pipelines;
using Resilience.Postgres;
using Resilience.Regions;
using Resilience.TestKit;

namespace Resilience.IntegrationTests.Operations;

/// <summary>The page as people see it in a browser, in each state that an incident has, on real servers.</summary>
public sealed class OperationsPageTests
{
    private const string Hostile = "<img src=x onerror=alert(1)>";
    private const string Script = "\"><script>alert(1)</script>";

    [BrowserFact]
    public async Task Empty_SaysThatNothingIsConfigured()
    {
        await using var app = await StartAsync(null);
        await using var browser = await OperationsBrowser.StartAsync();

        var page = await browser.OpenAsync(AddressOf(app), "reader");

        Assert.Equal("All is well.", await page.TextContentAsync("#summary"));
        Assert.Equal("None is configured.", await page.TextContentAsync("#databases"));
        Assert.Equal("None since this process started.", await page.TextContentAsync("#failovers"));
        Assert.Empty(await OperationsBrowser.ExamineAsync(page, "empty"));
        Assert.Empty(browser.Complaints);
    }

    /// <summary>The names are hostile: none becomes markup, and the policy of the page would let no script of theirs run.</summary>
    [BrowserFact]
    public async Task Degraded_ShowsTheOpenBreaker_AndTakesNamesAsText()
    {
        await using var app = await StartAsync(configuration => configuration[$"DrResilience:Dependencies:{Hostile}:CircuitBreaker:Mode"] = "ForcedOpen");
        Assert.NotNull(app.Services.GetRequiredService<IDependencies>()[Hostile]);
        await using var browser = await OperationsBrowser.StartAsync();

        var page = await browser.OpenAsync(AddressOf(app), "reader");

        Assert.StartsWith($"Degraded: {Hostile}", await page.TextContentAsync("#summary"), StringComparison.Ordinal);
        var row = page.Locator("#dependencies tbody tr").First;
        Assert.Equal(Hostile, await row.Locator("th").TextContentAsync());
        Assert.Contains("✗ forced-open", await row.TextContentAsync(), StringComparison.Ordinal);
        Assert.Equal(0, await page.Locator("img").CountAsync());
        Assert.Empty(await OperationsBrowser.ExamineAsync(page, "degraded"));
        Assert.Empty(browser.Complaints);
    }

    /// <summary>What is in records of decisions and in sentences about a switch is as hostile as what is in tables.</summary>
    [BrowserFact]
    public async Task NamesOfDatabaseRegionAndPrincipal_AreText()
    {
        await using var app = await StartAsync(configuration =>
        {
            configuration[$"DrResilience:Dependencies:{Hostile}:Postgres:Regions:0:Name"] = Script;
            configuration[$"DrResilience:Dependencies:{Hostile}:Postgres:Regions:0:ConnectionString"] = "Host=127.0.0.1;Port=1;Username=app;Password=x;Database=app";
        });
        await using var browser = await OperationsBrowser.StartAsync();
        var page = await browser.OpenAsync(AddressOf(app), Script);

        await SummaryAsync(page, $"{Hostile} has no writer");
        await DecideAsync(page, "Hold all switches", "Done.");
        await OperationsBrowser.UntilAsync(page, "name => document.querySelector('#changes').textContent.includes(name)", Script);
        await OperationsBrowser.UntilAsync(page, "name => document.querySelector('#databases').textContent.includes('Held by' + name)", Script);
        Assert.Contains(Script, await page.Locator("#databases tbody th").First.TextContentAsync(), StringComparison.Ordinal);
        Assert.Equal((0, 0), (await page.Locator("img").CountAsync(), await page.Locator("main script").CountAsync()));
        Assert.Empty(browser.Complaints);
    }

    /// <summary>Healthy, lost, held for two people who decide on the page, switched, and with the old writer back.</summary>
    [BrowserFact]
    public async Task Failover_TwoPeopleDecideOnThePage_AndSeeWhatCameOfIt()
    {
        await using var servers = await TwoRegionPostgres.StartAsync();
        await using var app = await StartAsync(configuration => TwoPeopleDecide(configuration, servers));
        var database = app.Services.GetRequiredService<RegionalDataSource>();
        await database.ExecuteAsync("before", (_, _, _) => Task.CompletedTask);
        await servers.West.WaitUntilCaughtUpAsync(servers.East);
        await using var browser = await OperationsBrowser.StartAsync();
        var alice = await browser.OpenAsync(AddressOf(app), "alice");
        var bob = await browser.OpenAsync(AddressOf(app), "bob");
        await SummaryAsync(alice, "All is well. Writes of payments-db go to us-east-1.");
        Assert.Equal("steady", await alice.TextContentAsync("ol.steps li[aria-current]"));
        Assert.Empty(await OperationsBrowser.ExamineAsync(alice, "healthy"));

        await servers.East.KillAsync();
        await servers.West.PromoteAsync();
        await SummaryAsync(alice, "payments-db has no writer. Writes move to 'us-west-2' once it may be followed: it waits for approval: 0 of 2.");
        Assert.Equal("decision", await alice.TextContentAsync("ol.steps li[aria-current]"));
        Assert.Empty(await OperationsBrowser.ExamineAsync(alice, "failover"));

        // Nobody consents for two, and a hold of one stops what others consent to.
        await DecideAsync(alice, "Approve the switch to us-west-2", "Done.");
        await DecideAsync(alice, "Approve the switch to us-west-2", "Done.");
        await SummaryAsync(alice, "1 of 2 (alice)");
        await DecideAsync(bob, "Hold all switches", "Done.");
        await SummaryAsync(alice, "'bob' holds all switches");
        await DecideAsync(bob, "Release the hold", "Done.");
        await DecideAsync(bob, "Approve the switch to us-west-2", "Done.");
        await SummaryAsync(bob, "Writes of payments-db go to us-west-2");
        await database.ExecuteAsync("after", (_, _, _) => Task.CompletedTask);
        await OperationsBrowser.UntilAsync(alice, "document.querySelectorAll('#failovers article').length === 1");
        Assert.Contains("payments-db: us-east-1 → us-west-2", await alice.TextContentAsync("#failovers"), StringComparison.Ordinal);
        await OperationsBrowser.UntilAsync(alice, "document.querySelector('#failovers').textContent.includes('✓ met')");
        Assert.Equal(["detection", "validation", "decision", "switch", "firstSuccess"], (await alice.Locator("#failovers ul.legend li").AllTextContentsAsync()).Select(phase => string.Join(' ', phase.Split(' ').TakeWhile(word => !char.IsDigit(word[0]) && word != "–"))));
        await ReplayedApproval_IsRefusedAsync(AddressOf(app));
        Assert.Empty(await OperationsBrowser.ExamineAsync(alice, "switched"));

        await servers.East.RestartAsOldPrimaryAsync();
        await SummaryAsync(bob, "Two regions of payments-db take writes. Writes of this service go to us-west-2.");
        Assert.Equal(WriterDiagnosis.SplitBrain, database.SwitchStatus.Diagnosis);
        Assert.Contains("fenced", await bob.TextContentAsync("#databases"), StringComparison.Ordinal);
        Assert.Empty(await OperationsBrowser.ExamineAsync(bob, "split-brain"));
        Assert.Equal(6, await bob.Locator("#changes tbody tr").CountAsync());
        Assert.Empty(browser.Complaints);
    }

    /// <summary>The promotion was a mistake: consent is taken back, the switch given up, and writes go back when the writer does.</summary>
    [BrowserFact]
    public async Task PromotedByMistake_ConsentIsWithdrawn_TheSwitchIsRolledBack_AndWritesGoBack()
    {
        await using var servers = await TwoRegionPostgres.StartAsync();
        await using var app = await StartAsync(configuration => TwoPeopleDecide(configuration, servers));
        var database = app.Services.GetRequiredService<RegionalDataSource>();
        await database.ExecuteAsync("before", (_, _, _) => Task.CompletedTask);
        await servers.West.WaitUntilCaughtUpAsync(servers.East);
        await using var browser = await OperationsBrowser.StartAsync();
        var alice = await browser.OpenAsync(AddressOf(app), "alice");
        await servers.East.KillAsync();
        await servers.West.PromoteAsync();
        await SummaryAsync(alice, "it waits for approval: 0 of 2");
        Assert.Equal(
            ["Skip to content", "Regions of payments-db", "Approve the switch to us-west-2", "Withdraw my approval", "Roll back", "Hold all switches"],
            await TabAsync(alice, "Hold all switches"));

        await DecideAsync(alice, "Approve the switch to us-west-2", "Done.");
        await SummaryAsync(alice, "1 of 2 (alice)");
        await DecideAsync(alice, "Withdraw my approval", "Done.");
        await SummaryAsync(alice, "it waits for approval: 0 of 2");
        await DecideAsync(alice, "Approve the switch to us-west-2", "Done.");
        await SummaryAsync(alice, "1 of 2 (alice)");
        await DecideAsync(alice, "Roll back", "Done.");
        await SummaryAsync(alice, "'alice' holds all switches");
        await Eventually.UntilAsync(() => database.SwitchStatus.ApprovedBy.Count == 0, () => $"{database.SwitchStatus}", default);
        Assert.Equal(1, await Sql.QueryAsync<long>(servers.West, "SELECT epoch FROM dr_resilience.writer_epoch"));

        await servers.East.StartAsync();
        await SummaryAsync(alice, "Writes of this service go to us-east-1.");
        await database.ExecuteAsync("after", (_, _, _) => Task.CompletedTask);
        Assert.Equal(("us-east-1", 1), (database.WriterRegion, await Sql.QueryAsync<long>(servers.West, "SELECT epoch FROM dr_resilience.writer_epoch")));
        await servers.West.StopAsync();
        await DecideAsync(alice, "Release the hold", "Done.");
        await SummaryAsync(alice, "Writes of payments-db go to us-east-1");
        Assert.Equal(5, await alice.Locator("#changes tbody tr").CountAsync());
        var kept = await File.ReadAllLinesAsync(Path.Combine(app.Configuration["DrResilience:Journal:Path"]!, "decisions.jsonl"));
        Assert.Equal(
            ["approve 204", "withdraw 204", "approve 204", "roll-back 204", "release 204"],
            kept.Select(line => System.Text.Json.JsonDocument.Parse(line).RootElement).Select(one => $"{one.GetProperty("action")} {one.GetProperty("status")}"));
        Assert.Empty(browser.Complaints);
    }

    [BrowserFact]
    public async Task Keyboard_ReachesEveryButtonInOrder_AndADecisionIsAskedForTwice()
    {
        await using var app = await StartAsync(configuration =>
        {
            configuration["DrResilience:Dependencies:payments-db:Postgres:Regions:0:Name"] = "us-east-1";
            configuration["DrResilience:Dependencies:payments-db:Postgres:Regions:0:ConnectionString"] = "Host=127.0.0.1;Port=1;Username=app;Password=x;Database=app";
        });
        await using var browser = await OperationsBrowser.StartAsync();
        var page = await browser.OpenAsync(AddressOf(app), "alice");
        Assert.Equal(["Skip to content", "Regions of payments-db", "Hold all switches"], await TabAsync(page, "Hold all switches"));

        // The state is drawn anew meanwhile, and the focus stays.
        await Task.Delay(TimeSpan.FromSeconds(1.5), TimeProvider.System);
        Assert.Equal("Hold all switches", await page.EvaluateAsync<string>("document.activeElement.textContent"));
        await page.Keyboard.PressAsync("Enter");
        Assert.True(await page.Locator("#confirm").IsVisibleAsync());
        Assert.Empty(await OperationsBrowser.ExamineAsync(page, "confirm"));
        await page.Keyboard.PressAsync("Escape");
        Assert.False(await page.Locator("#confirm").IsVisibleAsync());
        Assert.Equal(0, await page.Locator("#changes tbody tr").CountAsync());

        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.PressAsync("Enter");
        await OperationsBrowser.UntilAsync(page, "document.querySelector('#outcome').textContent === 'Done.'");
        await OperationsBrowser.UntilAsync(page, "document.querySelector('#databases').textContent.includes('Held by' + 'alice')");
        Assert.Empty(browser.Complaints);
    }

    /// <summary>Whoever has recorded the request that moved the writes moves nothing with it again.</summary>
    private static async Task ReplayedApproval_IsRefusedAsync(Uri service)
    {
        using var http = new HttpClient { BaseAddress = service };
        using var replayed = new HttpRequestMessage(HttpMethod.Post, "dr/api/switches/payments-db/approvals");
        replayed.Headers.Add("X-User", "bob");
        replayed.Headers.Add("X-Dr-Change", "1");
        replayed.Content = new StringContent("""{"region":"us-west-2"}""", System.Text.Encoding.UTF8, "application/json");
        using var answer = await http.SendAsync(replayed);

        Assert.Equal(System.Net.HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Contains("No switch of 'payments-db' to 'us-west-2' waits for approval", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static Uri AddressOf(WebApplication app) => new(app.Urls.First());

    /// <summary>What the Tab key reaches, from where the focus is to a button.</summary>
    private static async Task<List<string>> TabAsync(IPage page, string last)
    {
        var reached = new List<string>();
        for (var i = 0; i < 10 && reached.LastOrDefault() != last; i++)
        {
            await page.Keyboard.PressAsync("Tab");
            reached.Add(await page.EvaluateAsync<string>("document.activeElement.getAttribute('aria-label') || document.activeElement.textContent"));
        }

        return reached;
    }

    private static void TwoPeopleDecide(Microsoft.Extensions.Configuration.IConfigurationManager configuration, TwoRegionPostgres servers)
    {
        foreach (var (i, server) in servers.All.Index())
        {
            configuration[$"DrResilience:Dependencies:payments-db:Postgres:Regions:{i}:Name"] = server.Region;
            configuration[$"DrResilience:Dependencies:payments-db:Postgres:Regions:{i}:ConnectionString"] = server.ConnectionString;
        }

        configuration["DrResilience:Dependencies:payments-db:Postgres:Switch:Mode"] = "Approval";
        configuration["DrResilience:Dependencies:payments-db:Postgres:Switch:Approvals"] = "2";
        configuration["DrResilience:Objectives:Rto"] = "00:15:00";
    }

    private static async Task SummaryAsync(IPage page, string text) => await OperationsBrowser.UntilAsync(page, "text => document.getElementById('summary').textContent.includes(text)", text);

    private static async Task DecideAsync(IPage page, string button, string outcome)
    {
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = button }).First.ClickAsync();
        await page.ClickAsync("#confirm-yes");
        await OperationsBrowser.UntilAsync(page, "text => document.getElementById('outcome').textContent === text", outcome);
    }

    private static async Task<WebApplication> StartAsync(Action<Microsoft.Extensions.Configuration.IConfigurationManager>? configure)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Configuration["DrResilience:Journal:Path"] = Directory.CreateTempSubdirectory("operations-").FullName;
        configure?.Invoke(builder.Configuration);
        builder.AddDrResilience();
        builder.Services.AddAuthentication("header").AddScheme<AuthenticationSchemeOptions, HeaderAuthentication>("header", null);
        builder.Services.AddAuthorizationBuilder()
            .AddPolicy("dr-operator", policy => policy.RequireAuthenticatedUser())
            .AddPolicy("dr-approver", policy => policy.RequireAssertion(context => context.User.Identity?.Name is { } name && name != "reader"));
        var app = builder.Build();
        app.MapDrOperations("dr-approver").RequireAuthorization("dr-operator");
        await app.StartAsync();
        return app;
    }
}
