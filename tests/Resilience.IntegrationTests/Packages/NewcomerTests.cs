using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Resilience.IntegrationTests.TestKit;
using Resilience.TestKit;

namespace Resilience.IntegrationTests.Packages;

/// <summary>The way of a newcomer, from an empty folder to a service that survives: with the packages, and with the README's own text.</summary>
[Collection(PackagesCollection.Name)]
public sealed partial class NewcomerTests(PackedPackages packages)
{
    private const string East = "DrResilience__Dependencies__orders-db__Postgres__Regions__0__ConnectionString";
    private const string West = "DrResilience__Dependencies__orders-db__Postgres__Regions__1__ConnectionString";

    [Fact]
    public async Task Readme_InAnEmptyFolder_RunsWithoutDatabaseAndSurvivesWithOne()
    {
        using var newcomer = new Newcomer();
        await newcomer.AddSourceAsync(packages.Folder);
        await newcomer.RunAsync("dotnet new web --no-restore -n Shop -o Shop", newcomer.Folder);
        var project = Path.Combine(newcomer.Folder, "Shop");
        await newcomer.RunAsync(Readme.Command("dotnet add package"), project);
        await WriteProgramAsync(project);
        await newcomer.RunAsync("dotnet build", project);

        await using (var alone = Launch(project))
        {
            await AssertAnswersWithoutDatabaseAsync(alone);
        }

        await using var servers = await TwoRegionPostgres.StartAsync();
        await Sql.ExecuteAsync(servers.East, Quoted().Match(Readme.Command("psql")).Groups["sql"].Value);
        await using var shop = Launch(project, servers);
        await shop.WaitUntilRespondingAsync("/health/ready");
        await AssertWrittenAsync(shop, servers.East, http => http.PostAsync(new Uri("/orders/1", UriKind.Relative), content: null));
        await servers.West.WaitUntilCaughtUpAsync(servers.East);
        await servers.East.KillAsync();
        await servers.West.PromoteAsync();
        await AssertWrittenAsync(shop, servers.West, http => http.PostAsync(new Uri("/orders/2", UriKind.Relative), content: null));

        await AssertSchemasAsync(newcomer, project);
    }

    [Fact]
    [Trait(Nightly.Trait, Nightly.Value)]
    public async Task Template_InAnEmptyFolder_RunsWithoutDatabaseAndWithOne()
    {
        using var newcomer = new Newcomer();
        await newcomer.AddSourceAsync(packages.Folder);
        await newcomer.RunAsync($"dotnet new install {packages.Find("Resilience.Templates")}", newcomer.Folder);
        await newcomer.RunAsync("dotnet new dr-service -n Shop", newcomer.Folder);
        var project = Path.Combine(newcomer.Folder, "Shop");
        foreach (var file in Directory.EnumerateFiles(project, "*", SearchOption.AllDirectories).Where(file => !file.Contains("/obj/", StringComparison.Ordinal)))
        {
            Assert.DoesNotContain("DrService", file + await File.ReadAllTextAsync(file), StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("dr-service", file + await File.ReadAllTextAsync(file), StringComparison.OrdinalIgnoreCase);
        }

        await newcomer.RunAsync("dotnet build -warnaserror", project);

        await using (var alone = Launch(project))
        {
            await AssertAnswersWithoutDatabaseAsync(alone);
        }

        await using var servers = await TwoRegionPostgres.StartAsync();
        var create = Quoted().Match(await File.ReadAllTextAsync(Path.Combine(project, "README.md"))).Groups["sql"].Value;
        await Sql.ExecuteAsync(servers.East, create);
        await using var shop = Launch(project, servers);
        await shop.WaitUntilRespondingAsync("/health/ready");
        await AssertWrittenAsync(shop, servers.East, http => http.PutAsJsonAsync("/orders/1", new { item = "tea", quantity = 2 }));
        using var client = new HttpClient { BaseAddress = shop.BaseAddress };
        var order = await client.GetFromJsonAsync<JsonObject>("/orders/1");
        Assert.Equal("""{"item":"tea","quantity":2}""", order!.ToJsonString());
    }

    /// <summary>The README's program and configuration, in the files that 'dotnet new web' made. Nothing is added and nothing is changed.</summary>
    private static async Task WriteProgramAsync(string project)
    {
        await File.WriteAllTextAsync(Path.Combine(project, "Program.cs"), Readme.Program);

        var file = Path.Combine(project, "appsettings.json");
        var settings = JsonNode.Parse(await File.ReadAllTextAsync(file))!.AsObject();
        foreach (var (key, value) in Readme.Settings)
        {
            settings[key] = value!.DeepClone();
        }

        await File.WriteAllTextAsync(file, settings.ToJsonString());
    }

    /// <summary>Runs what was built as 'dotnet run' does, in the environment of the first launch profile, but on a port that is free.</summary>
    private static ServiceProcess Launch(string project, TwoRegionPostgres? servers = null)
    {
        var profiles = JsonNode.Parse(File.ReadAllText(Path.Combine(project, "Properties", "launchSettings.json")))!["profiles"]!.AsObject();
        var environment = profiles.First().Value!["environmentVariables"]!.AsObject().ToDictionary(variable => variable.Key, variable => (string?)variable.Value, StringComparer.Ordinal);
        if (servers is not null)
        {
            environment[East] = servers.East.ConnectionString;
            environment[West] = servers.West.ConnectionString;
        }

        return ServiceProcess.Launch(new ServiceProcessOptions
        {
            Program = Path.Combine(project, "bin", "Debug", "net10.0", "Shop.dll"),
            WorkingDirectory = project,
            Environment = environment,
        });
    }

    private static async Task AssertAnswersWithoutDatabaseAsync(ServiceProcess shop)
    {
        await shop.WaitUntilRespondingAsync("/health/startup");
        using var client = new HttpClient { BaseAddress = shop.BaseAddress };

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, "/health/live"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(client, "/health/ready"));
        Assert.Contains("orders-db", await client.GetStringAsync(new Uri("/health", UriKind.Relative)), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, "/dr"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, "/dr/api/state"));
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative));
        return answer.StatusCode;
    }

    private static async Task AssertWrittenAsync(ServiceProcess shop, PostgresServer writer, Func<HttpClient, Task<HttpResponseMessage>> send)
    {
        using var client = new HttpClient { BaseAddress = shop.BaseAddress };
        using var response = await send(client);
        var answer = await response.Content.ReadAsStringAsync();

        Assert.True(response.IsSuccessStatusCode, answer);
        Assert.Equal(writer.Region, (string?)JsonNode.Parse(answer)!["region"]);
    }

    /// <summary>Editors find the schemas of a package that came through another.</summary>
    private static async Task AssertSchemasAsync(Newcomer newcomer, string project)
    {
        var items = JsonNode.Parse(await newcomer.RunAsync("dotnet msbuild -getItem:JsonSchemaSegment", project))!["Items"]!["JsonSchemaSegment"]!.AsArray();
        var schema = Assert.Single(items, item => ((string)item!["FullPath"]!).Contains("resilience.sdk", StringComparison.Ordinal))!;

        Assert.Matches((string)schema["FilePathPattern"]!, "appsettings.Development.json");
        Assert.NotNull(JsonNode.Parse(await File.ReadAllTextAsync((string)schema["FullPath"]!))!["properties"]!["DrResilience"]);
    }

    [GeneratedRegex("psql -c '(?<sql>[^']*)'", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Quoted();
}
