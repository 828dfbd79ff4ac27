using System.Globalization;
using System.Text.RegularExpressions;
using Resilience.Postgres;
using Resilience.TestKit;
using Xunit.Abstractions;

namespace Resilience.IntegrationTests.Postgres.Network;

/// <summary>
/// A writer that is lost without a word, under load, and a standby that is promoted three seconds later. The variable
/// REGION_ROUNDS repeats each case.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed partial class OutageTests(ITestOutputHelper output)
{
    private static readonly TimeSpan UntilPromotion = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(15);

    // What is aimed at is 1.5 s and 150 ms; the rest is for a busy machine.
    private static readonly TimeSpan LongestDetection = TimeSpan.FromSeconds(2.5);
    private static readonly TimeSpan LongestLag = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestFirstCommit = TimeSpan.FromSeconds(3);

    [Fact]
    public Task ExecuteAsync_WriterHangs_NoCallFailsAndTheSuccessorServes() => RepeatAsync(WriterFault.Hang);

    [NetworkTheory]
    [InlineData(WriterFault.Blackhole)]
    public Task ExecuteAsync_WriterIsCutOff_NoCallFailsAndTheSuccessorServes(string fault) => RepeatAsync(fault);

    [NetworkTheory]
    [Trait(Nightly.Trait, Nightly.Value)]
    [InlineData(WriterFault.RequestsLost)]
    [InlineData(WriterFault.AnswersLost)]
    [InlineData(WriterFault.Reset)]
    public Task ExecuteAsync_WriterIsCutOffInOtherWays_NoCallFailsAndTheSuccessorServes(string fault) => RepeatAsync(fault);

    /// <summary>Npgsql cancels nothing before the server has answered BEGIN.</summary>
    [Fact]
    public async Task ExecuteAsync_WriterHangs_WhoGivesUpIsLetGoAtOnce()
    {
        await using var database = await TwoRegionDatabase.StartAsync(Deadline);
        await database.East.HangAsync();
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(300), TimeProvider.System);
        var began = TimeProvider.System.GetTimestamp();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => database.Source.ExecuteAsync("given-up", (_, _, _) => Task.CompletedTask, cancel.Token));
        var took = TimeProvider.System.GetElapsedTime(began);
        await database.East.ResumeAsync();

        output.WriteLine($"let go after {took.TotalMilliseconds:0} ms");
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }

    private async Task RepeatAsync(string fault)
    {
        var rounds = int.Parse(Environment.GetEnvironmentVariable("REGION_ROUNDS") ?? "1", CultureInfo.InvariantCulture);
        var all = new List<OutageFigures>();
        for (var round = 0; round < rounds; round++)
        {
            all.Add(await RunAsync(fault));
            output.WriteLine($"{all[^1]}");
        }

        Assert.All(all, figures => Assert.InRange(figures.Lost, TimeSpan.Zero, LongestDetection));
        Assert.All(all, figures => Assert.InRange(figures.FirstCommit, TimeSpan.Zero, LongestFirstCommit));
        Assert.All(all, figures => Assert.InRange(figures.Slowest, TimeSpan.Zero, Deadline));
    }

    private async Task<OutageFigures> RunAsync(string fault)
    {
        await using var database = await TwoRegionDatabase.StartAsync(Deadline);
        await database.West.WaitUntilCaughtUpAsync(database.East);
        await using var load = new Load(database.Source);
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System);

        var fellAt = TimeProvider.System.GetUtcNow();
        TimeSpan lost;
        await using (await WriterFault.BeginAsync(fault, database.East))
        {
            // Stopping all processes of a server takes a moment, in which some of them still answer.
            output.WriteLine($"complete after {(TimeProvider.System.GetUtcNow() - fellAt).TotalMilliseconds:0} ms");
            var began = TimeProvider.System.GetTimestamp();
            await Eventually.UntilAsync(() => database.Source.WriterRegion is null, () => "the writer is not missed", default);
            lost = TimeProvider.System.GetElapsedTime(began);
            var left = UntilPromotion - lost;
            await Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, TimeProvider.System);
            await database.West.PromoteAsync();
            await Eventually.UntilAsync(() => database.Source.WriterRegion == "us-west-2", () => "the successor is not followed", default);
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
            await load.StopAsync();
        }

        var promoted = EndOfRecovery(database.West);
        var figures = new OutageFigures(
            fault,
            lost,
            load.Done.Select(one => one.At - promoted).Where(after => after > TimeSpan.Zero).Min(),
            load.Slowest,
            load.Done.Count);

        // The old writer is reachable again and takes writes; none of ours may go there.
        var record = Assert.Single(database.Source.Failovers);
        output.WriteLine($"{record.Diagnosis}: {record.Evidence}");
        Assert.Equal(("us-east-1", "us-west-2"), (record.FromRegion, record.ToRegion));
        Assert.Empty(load.Failures);
        Assert.Equal(OperationOutcome.Committed, await database.Source.ExecuteAsync("healed", (connection, transaction, ct) => TwoRegionDatabase.WriteAsync(connection, transaction, "healed", ct)));
        Assert.Equal("us-west-2", database.Source.WriterRegion);
        var rows = await TwoRegionDatabase.ReadAllAsync(database.West);
        Assert.Contains("healed", rows);
        Assert.All(rows, row => Assert.Equal(1, row.Value));

        // A writer that replicates asynchronously takes its last commits with it; nothing that is older, and nothing after it.
        var missing = load.Done.Where(one => !rows.ContainsKey(one.Id)).ToList();
        output.WriteLine($"{missing.Count} acknowledged commits had not been replicated");
        Assert.All(missing, one => Assert.InRange(one.At, fellAt - LongestLag, promoted));
        return figures;
    }

    /// <summary>By the server's own clock: asking it again and again would find out later.</summary>
    private static DateTimeOffset EndOfRecovery(PostgresServer server) => DateTimeOffset.ParseExact(
        RecoveryComplete().Match(server.Log).Groups["at"].Value,
        "yyyy-MM-dd HH:mm:ss.fff",
        CultureInfo.InvariantCulture,
        DateTimeStyles.AssumeUniversal);

    [GeneratedRegex(@"^(?<at>\S+ \S+) UTC .*archive recovery complete", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex RecoveryComplete();
}
