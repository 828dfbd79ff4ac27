using System.Text.Json;
using Resilience.ChaosTests.GameDays;
using Xunit.Abstractions;

namespace Resilience.ChaosTests.Mutants;

/// <summary>An experiment that cannot fail proves nothing: a build with a planted defect must not pass it.</summary>
[Collection(ChaosCollection.Name)]
[Trait(Nightly.Trait, Nightly.Value)]
public sealed class MutantTests(ITestOutputHelper output) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private readonly string _directory = Directory.CreateTempSubdirectory("resilience-gameday-").FullName;

    public static TheoryData<string> Names() => [.. Mutant.All.Select(mutant => mutant.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Run_WithAPlantedDefect_Fails(string name)
    {
        var mutant = Mutant.All.Single(one => one.Name == name);
        using var build = await MutantBuild.OfAsync(mutant);
        await using var program = GameDayProcess.Start("run", mutant.Experiment, "--report", _directory, "--service", build.Program);

        var code = await program.WaitForExitAsync(Patience);

        output.WriteLine(program.Output);
        Assert.Equal(1, code);
        using var report = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(_directory, "report.json")));
        Assert.Equal("failed", report.RootElement.GetProperty("verdict").GetString());
        Assert.Contains(mutant.Finding, report.RootElement.GetProperty("reason").GetString()!, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
