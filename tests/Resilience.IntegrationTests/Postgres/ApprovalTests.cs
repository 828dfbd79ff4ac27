using Resilience.IntegrationTests.TestKit;
using Resilience.Postgres;
using Resilience.Regions;
using Resilience.TestKit;
using Xunit.Abstractions;

namespace Resilience.IntegrationTests.Postgres;

/// <summary>Writes move to a promoted region when two people have said so, in every process, and not before.</summary>
public sealed class ApprovalTests(ITestOutputHelper output)
{
    [Fact]
    public async Task TwoPeople_NotOneTwice_NotAWithdrawnOne_MoveEveryProcess_AndAreOnRecord()
    {
        await using var servers = await TwoRegionPostgres.StartAsync();
        using var logs = new CapturedLogs();
        await using var first = Create(servers, logs);
        await using var second = Create(servers, logs);
        await first.ExecuteAsync("before", (_, _, _) => Task.CompletedTask);
        await second.ExecuteAsync("before-2", (_, _, _) => Task.CompletedTask);
        Assert.Equal("steady", first.SwitchStatus.Phase);
        var nothing = await Assert.ThrowsAsync<InvalidOperationException>(() => first.ApproveSwitchAsync("us-west-2", "alice"));
        Assert.Contains("No switch of 'payments-db' to 'us-west-2' waits for approval", nothing.Message, StringComparison.Ordinal);
        await servers.West.WaitUntilCaughtUpAsync(servers.East);
        await servers.East.KillAsync();
        await servers.West.PromoteAsync();
        var waiting = first.ExecuteAsync("waits", (_, _, _) => Task.CompletedTask);
        await HeldAsync(first);
        await HeldAsync(second);

        await second.ApproveSwitchAsync("us-west-2", "bob");
        await second.WithdrawSwitchApprovalAsync("us-west-2", "bob");
        await first.ApproveSwitchAsync("us-west-2", "alice");
        await first.ApproveSwitchAsync("us-west-2", "alice");
        await Eventually.UntilAsync(() => second.SwitchStatus.ApprovedBy is ["alice"], () => $"{second.SwitchStatus}", default);
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
        Assert.Equal(("decision", 2, false), (first.SwitchStatus.Phase, first.SwitchStatus.ApprovalsNeeded, waiting.IsCompleted));
        Assert.Contains("1 of 2 (alice)", first.SwitchStatus.Next, StringComparison.Ordinal);
        Assert.Equal(1, await Sql.QueryAsync<long>(servers.West, "SELECT epoch FROM dr_resilience.writer_epoch"));

        await second.ApproveSwitchAsync("us-west-2", "carol");
        Assert.Equal(OperationOutcome.Committed, await waiting);
        Assert.Equal(OperationOutcome.Committed, await second.ExecuteAsync("second", (_, _, _) => Task.CompletedTask));

        var record = Assert.Single(first.Failovers);
        output.WriteLine($"detection {record.Detection}, validation {record.Validation}, decision {record.Decision}, switch {record.Switch}, first success {record.FirstSuccess}");
        Assert.Equal(["alice", "carol"], record.Approvals.Select(approval => approval.Principal).Order());
        Assert.InRange(record.Decision, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(20));
        Assert.Equal(record.Rto, record.Detection + record.Validation + record.Decision + record.Switch + record.FirstSuccess);
        Assert.Single(second.Failovers);
        Assert.Equal(("steady", WriterDiagnosis.Healthy), (first.SwitchStatus.Phase, first.SwitchStatus.Diagnosis));
        Assert.Contains(logs.Lines, line => line.Contains("is approved by 'bob'", StringComparison.Ordinal));
        Assert.Contains(logs.Lines, line => line.Contains("is no longer approved by 'bob'", StringComparison.Ordinal));
    }

    /// <summary>The runbook's rollback: nobody has decided yet, and the writer comes back.</summary>
    [Fact]
    public async Task PreviousWriterReturnsBeforeTheDecision_WritesGoBackToIt_NoneWentToTheOther()
    {
        await using var servers = await TwoRegionPostgres.StartAsync();
        await using var source = Create(servers, null);
        await source.ExecuteAsync("before", (_, _, _) => Task.CompletedTask);
        await servers.West.WaitUntilCaughtUpAsync(servers.East);
        await servers.East.KillAsync();
        await servers.West.PromoteAsync();
        var waiting = source.ExecuteAsync("waits", (_, _, _) => Task.CompletedTask);
        await HeldAsync(source);

        await servers.East.RestartAsOldPrimaryAsync();

        Assert.Equal(OperationOutcome.Committed, await waiting);
        Assert.Equal("us-east-1", source.WriterRegion);
        Assert.Equal(0, await Sql.QueryAsync<long>(servers.West, "SELECT count(*) FROM dr_resilience.operation WHERE operation_id = 'waits'"));
        Assert.Equal("us-east-1", Assert.Single(source.Failovers).ToRegion);
        await Eventually.UntilAsync(() => source.SwitchStatus.Diagnosis == WriterDiagnosis.SplitBrain, () => $"{source.SwitchStatus}", default);
    }

    private static RegionalDataSource Create(TwoRegionPostgres servers, CapturedLogs? logs) => RegionalDataSource.Create(
        "payments-db", TwoRegionDatabase.Options(servers) with { Switch = new SwitchOptions { Mode = SwitchMode.Approval } }, loggerFactory: logs);

    private static Task HeldAsync(RegionalDataSource source) =>
        Eventually.UntilAsync(() => source.SwitchStatus is { Phase: "decision", Candidate: "us-west-2" }, () => $"{source.SwitchStatus}", default);
}
