using System.Text.Json;
using GameDay.Experiments;
using Resilience.ChaosTests.GameDays;
using Xunit.Abstractions;

namespace Resilience.ChaosTests.Experiments;

/// <summary>Each experiment as a user runs it, with real servers; its own report is the witness.</summary>
[Collection(ChaosCollection.Name)]
public sealed class ExperimentTests(ITestOutputHelper output) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    // Run with its report looked at in detail by GameDayProgramTests.
    private const string RunElsewhere = "region-failover";

    private readonly string _directory = Directory.CreateTempSubdirectory("resilience-gameday-").FullName;

    public static TheoryData<string> Smoke() => [.. SmokeNames.Where(name => name != RunElsewhere)];

    public static TheoryData<string> TheOthers() => [.. ExperimentCatalog.All.Select(experiment => experiment.Name).Except(SmokeNames)];

    [Theory]
    [MemberData(nameof(Smoke))]
    public Task Run_Smoke_Passes(string experiment) => RunAsync(experiment);

    [Theory]
    [MemberData(nameof(TheOthers))]
    [Trait(Nightly.Trait, Nightly.Value)]
    public Task Run_AnyOther_Passes(string experiment) => RunAsync(experiment);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static IEnumerable<string> SmokeNames => ExperimentCatalog.Resolve("smoke").Select(experiment => experiment.Name);

    private async Task RunAsync(string experiment)
    {
        await using var program = GameDayProcess.Start("run", experiment, "--report", _directory);

        var code = await program.WaitForExitAsync(Patience);

        output.WriteLine(program.Output);
        Assert.True(code == 0, program.Output);
        using var report = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(_directory, "report.json")));
        Assert.Equal("passed", report.RootElement.GetProperty("verdict").GetString());
        Assert.Empty(program.Left);
        Assert.Empty(program.DirectoriesLeft);
    }
}
