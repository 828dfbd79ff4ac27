using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Resilience.Postgres;
using Resilience.Regions;
using Resilience.TestKit;

namespace Resilience.IntegrationTests.Hosting;

/// <summary>What is left of a failover on real servers: in memory, on disk, over HTTP, for operators and for auditors.</summary>
public sealed class EvidenceTests
{
    [Fact]
    public async Task Failover_LeavesOneRecord_InTheListTheReportAndOnDisk()
    {
        var folder = Directory.CreateTempSubdirectory("evidence-").FullName;
        await using var servers = await TwoRegionPostgres.StartAsync();
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Development" });
        var port = FreePort.Reserve();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.Configuration["DrResilience:Journal:Path"] = folder;
        builder.Configuration["DrResilience:Objectives:Rto"] = "00:15:00";
        builder.Configuration["DrResilience:Objectives:Rpo"] = "00:00:05";
        foreach (var (i, server) in servers.All.Index())
        {
            builder.Configuration[$"DrResilience:Dependencies:payments-db:Postgres:Regions:{i}:Name"] = server.Region;
            builder.Configuration[$"DrResilience:Dependencies:payments-db:Postgres:Regions:{i}:ConnectionString"] = server.ConnectionString;
        }

        builder.Logging.ClearProviders();
        builder.AddDrResilience();
        await using (var app = builder.Build())
        {
            app.MapDrOperations();
            await app.StartAsync();
            using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
            var database = app.Services.GetRequiredService<RegionalDataSource>();
            await database.ExecuteAsync("before", (_, _, _) => Task.CompletedTask);
            Assert.Empty((await http.GetFromJsonAsync<JsonArray>("dr/api/failovers"))!);
            await servers.West.WaitUntilCaughtUpAsync(servers.East);
            await Eventually.UntilAsync(() => database.Regions.Current.Topology["us-west-2"].FreshAsOf is not null, () => "freshness unknown", default);

            await servers.East.KillAsync();
            await Eventually.UntilAsync(() => database.SwitchStatus.Diagnosis == WriterDiagnosis.PrimaryDown, () => $"{database.SwitchStatus}", default);
            await servers.West.PromoteAsync();
            await database.ExecuteAsync("after", (_, _, _) => Task.CompletedTask);

            var record = Assert.Single((await http.GetFromJsonAsync<JsonArray>("dr/api/failovers"))!)!;
            Assert.Equal(("us-east-1", "us-west-2", 2, "primary-down"), ((string?)record["from"], (string?)record["to"], (int)record["epoch"]!, (string?)record["diagnosis"]));
            Assert.InRange((double)record["exposureSeconds"]!, 0, 5);
            var phases = record["phases"]!;
            var sum = new[] { "detection", "validation", "decision", "switch", "firstSuccess" }.Sum(phase => (double)phases[phase]!);
            Assert.Equal((double)record["rtoSeconds"]!, sum, 0.01);

            using var answer = await http.GetAsync("dr/api/failovers/report");
            var report = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
            Assert.Equal("failovers.json", answer.Content.Headers.ContentDisposition?.FileName?.Trim('"'));
            var incident = Assert.Single(report["incidents"]!.AsArray())!;
            Assert.Equal((true, true, (string?)record["id"]), ((bool)incident["rtoMet"]!, (bool)incident["rpoMet"]!, (string?)incident["record"]!["id"]));
            Assert.Equal(900, (double)report["objectives"]!["rtoSeconds"]!);
            Assert.Contains(report["controls"]!.AsArray(), control => (string?)control!["control"] == "CC7.4");
            await app.StopAsync();
        }

        var lines = (await File.ReadAllLinesAsync(Path.Combine(folder, "failovers.jsonl"))).Select(line => JsonNode.Parse(line)!).ToList();
        Assert.Equal(2, lines.Count);
        Assert.Single(lines.Select(line => (string?)line["id"]).Distinct());
        Assert.Null(lines[0]["firstSuccessAt"]);
        Assert.NotNull(lines[1]["firstSuccessAt"]);
        Assert.Contains("\"epoch\": 2", await File.ReadAllTextAsync(Path.Combine(folder, "term-payments-db.json")), StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }
}
