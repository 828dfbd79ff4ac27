using System.Security.Cryptography;
using System.Text.Json;
using GameDay.Reporting;
using GameDay.Reporting.Trends;

namespace Resilience.ChaosTests.Reporting;

public sealed class ReportFileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("resilience-report-").FullName;

    [Fact]
    public async Task Write_ARunWithItsHistory_WritesAllFilesAndNothingElse()
    {
        var path = await ReportFile.WriteAsync(SampleRun.Report(), SampleRun.Operations(), null, _directory, default);

        Assert.Equal(Path.Combine(_directory, "report.json"), path);
        Assert.Equal(["audit.json", "history.jsonl", "report.html", "report.json", "trend.jsonl"], Files());
        Assert.Equal(SampleRun.Operations(), HistoryFile.Read(Path.Combine(_directory, HistoryFile.Name)));
    }

    [Fact]
    public async Task Write_TheJson_KeepsTheShapeOfTheContractAndAddsToIt()
    {
        await ReportFile.WriteAsync(SampleRun.Report(), _directory, default);

        var report = await ReadAsync("report.json");
        Assert.Equal("failed", report.GetProperty("verdict").GetString());
        Assert.Equal(1.019747, report.GetProperty("rto").GetProperty("phases").GetProperty("validation").GetDouble());
        Assert.Equal(60, report.GetProperty("rto").GetProperty("targetSeconds").GetDouble());
        Assert.Equal(0, report.GetProperty("charges").GetProperty("duplicates").GetInt32());
        Assert.Equal(16, report.GetProperty("timeline").GetArrayLength());
        Assert.Equal(0.25, report.GetProperty("series").GetProperty("bucketSeconds").GetDouble());
        Assert.Equal("payment-gateway", report.GetProperty("faults")[1].GetProperty("target").GetString());
        Assert.Equal("breaker open", report.GetProperty("episodes")[0].GetProperty("text").GetString());
        Assert.Equal(8_333.33, report.GetProperty("impact").GetProperty("costPerMinute").GetDouble());
        Assert.Equal("validation", report.GetProperty("objectives")[0].GetProperty("phases")[1].GetProperty("phase").GetString());
    }

    [Fact]
    public async Task Write_AReportWithoutObjectives_JudgesItsTargets()
    {
        await ReportFile.WriteAsync(SampleRun.Report() with { Objectives = [], Environment = null, EndedAt = null }, _directory, default);

        var report = await ReadAsync("report.json");
        Assert.Equal(["rto", "rpo"], report.GetProperty("objectives").EnumerateArray().Select(o => o.GetProperty("name").GetString()));
        Assert.Equal(Environment.ProcessorCount, report.GetProperty("environment").GetProperty("cores").GetInt32());
        Assert.Equal(SampleRun.Start.AddSeconds(18), report.GetProperty("endedAt").GetDateTimeOffset());
    }

    [Fact]
    public async Task Write_TheAudit_HasTheHashesOfTheFilesAsTheyAre()
    {
        await ReportFile.WriteAsync(SampleRun.Report(), SampleRun.Operations(), null, _directory, default);

        var evidence = (await ReadAsync("audit.json")).GetProperty("evidence").EnumerateArray().ToList();
        Assert.Equal(["report.json", "report.html", "history.jsonl"], evidence.Select(e => e.GetProperty("file").GetString()));
        Assert.All(evidence, e =>
        {
            var content = File.ReadAllBytes(Path.Combine(_directory, e.GetProperty("file").GetString()!));
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(content)), e.GetProperty("sha256").GetString());
            Assert.Equal(content.Length, e.GetProperty("bytes").GetInt64());
        });
    }

    [Fact]
    public async Task Write_TheAudit_SaysWhoWhatWhenAndWhichControls()
    {
        await ReportFile.WriteAsync(SampleRun.Report() with { StartedAt = SampleRun.Start.AddDays(-1) }, _directory, default);
        await ReportFile.WriteAsync(SampleRun.Report(), _directory, default);

        var audit = await ReadAsync("audit.json");
        Assert.Equal("drill", audit.GetProperty("environment").GetProperty("runBy").GetString());
        Assert.Equal(SampleRun.Start, audit.GetProperty("startedAt").GetDateTimeOffset());
        Assert.Equal(42, audit.GetProperty("seed").GetInt32());
        Assert.Equal(1, audit.GetProperty("earlierRuns").GetInt32());
        Assert.True(audit.GetProperty("objectives")[0].GetProperty("met").GetBoolean());
        Assert.Equal(
            ["CC7.4", "CC7.5", "A.17.1.2", "A.17.1.3", "164.308(a)(7)(ii)(B)", "164.308(a)(7)(ii)(D)"],
            audit.GetProperty("controls").EnumerateArray().Select(c => c.GetProperty("control").GetString()));
    }

    [Fact]
    public async Task Write_TheAudit_NamesFieldsThatExist()
    {
        await ReportFile.WriteAsync(SampleRun.Report(), SampleRun.Operations(), null, _directory, default);

        var (audit, report) = (await ReadAsync("audit.json"), await ReadAsync("report.json"));
        var fields = audit.GetProperty("controls").EnumerateArray().SelectMany(c => c.GetProperty("fields").EnumerateArray()).Select(f => f.GetString()!);
        Assert.All(fields, field =>
        {
            var inReport = field.StartsWith("report.json#", StringComparison.Ordinal);
            var element = inReport ? report : audit;
            Assert.All(
                (inReport ? field["report.json#".Length..] : field).Split('.'),
                name => Assert.True(element.TryGetProperty(name, out element), $"{field} does not exist."));
        });
    }

    [Fact]
    public async Task Write_WithoutHistory_RemovesThatOfAnEarlierRun()
    {
        await ReportFile.WriteAsync(SampleRun.Report(), SampleRun.Operations(), null, _directory, default);
        await ReportFile.WriteAsync(SampleRun.Report(), _directory, default);

        Assert.DoesNotContain("history.jsonl", Files());
        Assert.Equal(2, (await ReadAsync("audit.json")).GetProperty("evidence").GetArrayLength());
        Assert.Equal(2, (await TrendFile.ReadAsync(Path.Combine(_directory, TrendFile.Name), default)).Entries.Count);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private IEnumerable<string?> Files() => Directory.GetFiles(_directory).Select(Path.GetFileName).Order(StringComparer.Ordinal);

    private async Task<JsonElement> ReadAsync(string name)
    {
        await using var file = File.OpenRead(Path.Combine(_directory, name));
        return (await JsonDocument.ParseAsync(file)).RootElement;
    }
}
