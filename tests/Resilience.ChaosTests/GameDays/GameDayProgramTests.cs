using System.Diagnostics;
using System.Text.Json;
using GameDay.Reporting;
using Resilience.TestKit;

namespace Resilience.ChaosTests.GameDays;

[Collection(ChaosCollection.Name)]
public sealed class GameDayProgramTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string _directory = Directory.CreateTempSubdirectory("resilience-gameday-").FullName;

    [Fact]
    public async Task Run_RegionFailover_PassesAndReportsAndLeavesNothing()
    {
        await using var program = GameDayProcess.Start("run", "region-failover", "--report", _directory, "--rate", "50");

        Assert.True(await program.WaitForExitAsync(Patience) == 0, program.Output);

        var report = await ReadReportAsync();
        AssertShape(report);
        Assert.Equal("passed", report.GetProperty("verdict").GetString());
        Assert.Equal("region-failover", report.GetProperty("experiment").GetString());
        Assert.Equal(0, report.GetProperty("requests").GetProperty("failed").GetInt32());
        Assert.Equal(0, report.GetProperty("charges").GetProperty("duplicates").GetInt32());
        var rto = report.GetProperty("rto");
        var phases = rto.GetProperty("phases").EnumerateObject().ToList();
        Assert.Equal(["detection", "validation", "decision", "switch", "firstSuccess"], phases.Select(p => p.Name));
        Assert.All(phases, p => Assert.True(p.Value.GetDouble() >= 0, p.ToString()));
        Assert.Equal(rto.GetProperty("actualSeconds").GetDouble(), phases.Sum(p => p.Value.GetDouble()), 0.001);
        Assert.InRange(rto.GetProperty("actualSeconds").GetDouble(), 1, rto.GetProperty("targetSeconds").GetDouble());
        AssertNothingLeft(program);
        Assert.DoesNotContain('\e', program.Output);
        await AssertCheckAsync(0, "held    no payment was charged twice");

        // The same from files in which a charge is there twice.
        var books = BooksFile.Read(Path.Combine(_directory, BooksFile.Name));
        await BooksFile.WriteAsync(Path.Combine(_directory, BooksFile.Name), books with { Charges = [.. books.Charges, books.Charges[0]] }, CancellationToken.None);
        await AssertCheckAsync(1, "BROKEN  no payment was charged twice");
    }

    [Fact]
    public Task Run_InterruptedWhileItIsBroken_ExitsWith130AndLeavesNothing() => InterruptAsync("kill-database");

    [Theory]
    [Trait(Nightly.Trait, Nightly.Value)]
    [InlineData("starting the system")]
    [InlineData("warm-up")]
    [InlineData("undoing everything")]
    public Task Run_InterruptedAtTheBeginningOrTheEnd_ExitsWith130AndLeavesNothing(string phase) => InterruptAsync(phase);

    private async Task InterruptAsync(string phase)
    {
        await using var program = GameDayProcess.Start("run", "region-failover", "--report", _directory, "--rate", "20");
        await program.WaitForOutputAsync(phase, Patience);

        program.Interrupt();

        Assert.Equal(130, await program.WaitForExitAsync(Patience));
        AssertNothingLeft(program);
        Assert.Empty(Directory.GetFiles(_directory));
    }

    /// <summary>An experiment of the user's own that hurts customers more than its stop condition allows.</summary>
    [Fact]
    public async Task Run_MoreRequestsFailThanTheStopConditionAllows_AbortsAndRollsBack()
    {
        var experiment = Path.Combine(_directory, "nobody-answers.yaml");
        await File.WriteAllTextAsync(experiment, """
            name: nobody-answers
            summary: The only replica is away for a minute
            hypothesis: Nobody notices.
            objectives:
              system: Payment Processing
            load:
              rate: 60
              retries: 0
            method:
              - { at: 0s, action: kill-replica, target: replica-1, for: 60s }
            """);
        await using var program = GameDayProcess.Start("run", experiment, "--report", Path.Combine(_directory, "report"));

        Assert.True(await program.WaitForExitAsync(Patience) == 1, program.Output);

        Assert.Contains("the limit is 5 %", program.Output, StringComparison.Ordinal);
        var report = await ReadReportAsync("report");
        Assert.Equal("aborted", report.GetProperty("verdict").GetString());
        var checks = report.GetProperty("checks").EnumerateArray().ToDictionary(check => check.GetProperty("name").GetString()!, check => check.GetProperty("held").GetBoolean());
        Assert.True(checks["everything was undone"], program.Output);
        Assert.True(checks["steady state after the fault"], program.Output);
        var undone = report.GetProperty("timeline").EnumerateArray().Single(entry => entry.GetProperty("event").GetString()!.StartsWith("undone: kill-replica", StringComparison.Ordinal));
        Assert.InRange(undone.GetProperty("seconds").GetDouble(), 0, 30);
        AssertNothingLeft(program);
    }

    /// <summary>Nobody is left to undo anything: the next run ends what the dead one left, and works.</summary>
    [Fact]
    public Task Run_RunnerIsKilledInTheMiddle_TheNextRunCleansUpAndWorks() => KillAndRunAgainAsync("database-hang", "hang-database");

    /// <summary>The same with what outlives processes: rules of a firewall, a balancer of another program, a mounted file system.</summary>
    [Theory]
    [InlineData("network-partition", "cut-region")]
    [InlineData("az-failure", "kill-zone")]
    [InlineData("power-loss", "lose-power")]
    [InlineData("disk-fill", "fill-disk")]
    [Trait(Nightly.Trait, Nightly.Value)]
    public async Task Run_RunnerIsKilledWithAllItBroke_NothingOfItIsLeft(string experiment, string fault)
    {
        var before = (await MountsAsync(), await RulesAsync(), LoopDevices());

        await KillAndRunAgainAsync(experiment, fault);

        Assert.Equal(before, (await MountsAsync(), await RulesAsync(), LoopDevices()));
    }

    [Theory]
    [InlineData("run region-failovr", "did you mean 'region-failover'?")]
    [InlineData("run anything", "'list' shows all of them")]
    [InlineData("run region-failover --rate fast", "'fast' is not a rate")]
    [InlineData("run region-failover --duration 2h", "'2h' is not a duration")]
    [InlineData("run", "Name an experiment to run:")]
    public async Task Run_WrongArguments_ExitsWith2AndSaysWhatIsWrong(string arguments, string message)
    {
        await using var program = GameDayProcess.Start(arguments.Split(' '));

        Assert.Equal(2, await program.WaitForExitAsync(Patience));
        Assert.Contains(message, program.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_ShowsEachExperimentOnALine()
    {
        await using var program = GameDayProcess.Start("list");

        Assert.Equal(0, await program.WaitForExitAsync(Patience));
        Assert.Contains(program.Output.Split('\n'), line => line.StartsWith("region-failover  ", StringComparison.Ordinal));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private async Task KillAndRunAgainAsync(string experiment, string fault)
    {
        await using var killed = GameDayProcess.Start("run", experiment, "--report", _directory, "--rate", "20");
        await killed.WaitForOutputAsync(fault, Patience);
        killed.Kill();
        await killed.WaitForExitAsync(Patience);
        Assert.NotEmpty(killed.DirectoriesLeft);

        await using var next = GameDayProcess.Start("run", "region-failover", "--report", _directory, "--rate", "20");
        Assert.True(await next.WaitForExitAsync(Patience) == 0, next.Output);

        AssertNothingLeft(killed);
        AssertNothingLeft(next);
    }

    private static Task<string> MountsAsync() => File.ReadAllTextAsync("/proc/self/mounts");

    private static string LoopDevices() => string.Join(' ', Directory.GetDirectories("/sys/block", "loop*").Where(device => Directory.Exists(Path.Combine(device, "loop"))).Order());

    private static async Task<string> RulesAsync()
    {
        using var nft = Process.Start(new ProcessStartInfo("nft", ["list", "ruleset"]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var rules = await nft.StandardOutput.ReadToEndAsync();
        await nft.WaitForExitAsync().WaitAsync(Patience, TimeProvider.System);
        return rules;
    }

    private async Task AssertCheckAsync(int code, string line)
    {
        await using var check = GameDayProcess.Start("check", _directory);
        Assert.Equal(code, await check.WaitForExitAsync(Patience));
        Assert.Contains(line, check.Output, StringComparison.Ordinal);
    }

    private static void AssertNothingLeft(GameDayProcess program)
    {
        Assert.True(program.ProcessesSeen > 0, "It started nothing.");
        Assert.Empty(program.Left);
        Assert.Empty(program.DirectoriesLeft);
    }

    private static void AssertShape(JsonElement report)
    {
        Has(report, JsonValueKind.String, "experiment", "hypothesis", "verdict");
        Has(report.GetProperty("requests"), JsonValueKind.Number, "total", "succeeded", "degraded", "failed");
        Has(report.GetProperty("latencyMs"), JsonValueKind.Number, "p50", "p95", "p99", "max");
        Has(report.GetProperty("rto"), JsonValueKind.Number, "targetSeconds", "actualSeconds");
        Has(report.GetProperty("rpo"), JsonValueKind.Number, "targetSeconds", "acknowledgedLost", "durabilityLagMs");
        Has(report.GetProperty("charges"), JsonValueKind.Number, "total", "duplicates");
        Has(report, JsonValueKind.Array, "timeline");
        Assert.NotEqual(0, report.GetProperty("timeline").GetArrayLength());
    }

    private static void Has(JsonElement parent, JsonValueKind kind, params string[] names) =>
        Assert.All(names, name => Assert.Equal(kind, parent.GetProperty(name).ValueKind));

    private async Task<JsonElement> ReadReportAsync(string folder = "")
    {
        var directory = Path.Combine(_directory, folder);
        await using var file = File.OpenRead(Path.Combine(directory, "report.json"));
        Assert.Empty(new[] { "report.json", "report.html", "trend.jsonl", "audit.json" }.Except(Directory.GetFiles(directory).Select(Path.GetFileName)));
        return (await JsonDocument.ParseAsync(file)).RootElement;
    }
}
