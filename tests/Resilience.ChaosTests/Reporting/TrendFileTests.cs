using GameDay.Reporting;
using GameDay.Reporting.Trends;

namespace Resilience.ChaosTests.Reporting;

public sealed class TrendFileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("resilience-trend-").FullName;

    private string FilePath => Path.Combine(_directory, TrendFile.Name);

    [Fact]
    public async Task Append_TwoRuns_KeepsBothInOrder()
    {
        await TrendFile.AppendAsync(_directory, Entry(1), default);
        var trend = await TrendFile.AppendAsync(_directory, Entry(2) with { RtoSeconds = null, P99Ms = null }, default);

        Assert.Equal([Entry(1), Entry(2) with { RtoSeconds = null, P99Ms = null }], trend.Entries);
        Assert.Equal(trend.Entries, (await TrendFile.ReadAsync(FilePath, default)).Entries);
        Assert.Equal(2, (await File.ReadAllLinesAsync(FilePath)).Length);
    }

    [Fact]
    public async Task Append_MoreThanAreKept_DropsTheOldest()
    {
        await File.WriteAllLinesAsync(FilePath, Enumerable.Range(0, TrendFile.MostLines + 5).Select(Line));

        var trend = await TrendFile.AppendAsync(_directory, Entry(9_999), default);

        var lines = await File.ReadAllLinesAsync(FilePath);
        Assert.Equal(TrendFile.MostLines, lines.Length);
        Assert.Equal((6, 9_999), (trend.Entries[0].Seed, trend.Entries[^1].Seed));
    }

    [Theory]
    [InlineData("{\"time\":\"2026-03-")]
    [InlineData("not json")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"time\":\"2026-03-04T00:00:00Z\",\"experiment\":\"a\",\"verdict\":\"excellent\"}")]
    [InlineData("{\"time\":\"2026-03-04T00:00:00Z\",\"experiment\":\"a\",\"verdict\":77}")]
    public async Task Read_ADamagedLine_IsLeftOutWithARemark(string damaged)
    {
        await File.WriteAllTextAsync(FilePath, $"{Line(1)}\n{damaged}\n{Line(2)}\n");

        var trend = await TrendFile.ReadAsync(FilePath, default);

        Assert.Equal([1, 2], trend.Entries.Select(e => e.Seed));
        Assert.Equal([$"A line of {TrendFile.Name} was damaged and left out: line 2."], trend.Remarks);
    }

    [Fact]
    public async Task Append_AfterALineThatWasCutOff_IsALineOfItsOwn()
    {
        await File.WriteAllTextAsync(FilePath, $"{Line(1)}\n{Line(2)[..20]}");

        await TrendFile.AppendAsync(_directory, Entry(3), default);

        var trend = await TrendFile.ReadAsync(FilePath, default);
        Assert.Equal([1, 3], trend.Entries.Select(e => e.Seed));
        Assert.Empty(trend.Remarks);
    }

    [Fact]
    public async Task Read_AHugeFile_ReadsItsEndAndSaysSo()
    {
        await File.WriteAllTextAsync(FilePath, new string('x', 3 << 20) + $"\n{Line(1)}\n");

        var trend = await TrendFile.ReadAsync(FilePath, default);

        Assert.Equal([1], trend.Entries.Select(e => e.Seed));
        Assert.Contains("only its end was read", Assert.Single(trend.Remarks), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_AnExperiment_HasItsLastRunsOnly()
    {
        var trend = new Trend([Entry(1), Entry(2) with { Experiment = "other" }, Entry(3), Entry(4)], []);

        Assert.Equal([3, 4], trend.Of("region-failover", 2).Select(e => e.Seed));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static TrendEntry Entry(int seed) => new(SampleRun.Start.AddDays(seed), "region-failover", Verdict.Passed, 1.25, 0, 99.5, 0, seed);

    private static string Line(int seed) => System.Text.Json.JsonSerializer.Serialize(Entry(seed), ReportJson.Line);
}
