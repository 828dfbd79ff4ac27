using GameDay.Checks;
using GameDay.History;

namespace Resilience.ChaosTests.Checks;

/// <summary>A checker that cannot find fault proves nothing.</summary>
public sealed class LedgerCheckTests
{
    private const string East = "us-east-1";
    private const string West = "us-west-2";

    [Fact]
    public void Compare_EverythingCaptured_FindsNothing()
    {
        var findings = LedgerCheck.Compare([Paid("a", 1, 2, East), Paid("b", 5, 6, West)], Rows(("a", "captured", East), ("b", "captured", West)), East);

        Assert.Equal((2, 0, 0), (findings.Acknowledged, findings.LostByReplication.Count, findings.Unexplained.Count));
    }

    [Fact]
    public void Compare_LastOfTheDeadRegionMissing_IsLostByReplication()
    {
        var findings = LedgerCheck.Compare([Paid("a", 1, 2, East), Paid("b", 3, 4, East)], Rows(("a", "captured", East)), East);

        Assert.Equal(["b"], findings.LostByReplication.Select(o => o.PaymentId));
        Assert.Empty(findings.Unexplained);
    }

    [Fact]
    public void Compare_LaterOneOfTheDeadRegionThere_IsUnexplained()
    {
        var findings = LedgerCheck.Compare([Paid("a", 1, 2, East), Paid("b", 3, 4, East)], Rows(("b", "captured", East)), East);

        Assert.Empty(findings.LostByReplication);
        Assert.Equal(["a"], findings.Unexplained.Select(o => o.PaymentId));
    }

    [Fact]
    public void Compare_ConcurrentOneThere_SaysNothingAboutTheOrder()
    {
        var findings = LedgerCheck.Compare([Paid("a", 1, 4, East), Paid("b", 3, 5, East)], Rows(("b", "captured", East)), East);

        Assert.Equal(["a"], findings.LostByReplication.Select(o => o.PaymentId));
    }

    [Theory]
    [InlineData(West, East)]
    [InlineData(East, null)]
    public void Compare_MissingAndNotOfADeadRegion_IsUnexplained(string region, string? dead) =>
        Assert.Single(LedgerCheck.Compare([Paid("a", 1, 2, region)], Rows(), dead).Unexplained);

    [Theory]
    [InlineData("pending", 1, 1)]
    [InlineData("captured", 0, 0)]
    [InlineData("declined", 0, 0)]
    public void Compare_QueuedPayment_IsUnfinishedWhileItIsPending(string status, int unfinished, int pending)
    {
        var queued = Paid("a", 1, 2, null) with { Status = 202, Outcome = Outcome.Degraded };

        var findings = LedgerCheck.Compare([queued], Rows(("a", status, East)), East);

        Assert.Equal((0, unfinished, pending), (findings.Acknowledged, findings.Unfinished.Count, findings.Pending));
    }

    private static Operation Paid(string id, int sent, int ended, string? region) => new()
    {
        Kind = OperationKind.Pay,
        Key = $"key-{id}",
        PaymentId = id,
        IntendedAt = TimeSpan.FromSeconds(sent),
        SentAt = TimeSpan.FromSeconds(sent),
        EndedAt = TimeSpan.FromSeconds(ended),
        Status = 201,
        Outcome = Outcome.Succeeded,
        Region = region,
    };

    private static Dictionary<string, LedgerRow> Rows(params (string Id, string Status, string Region)[] rows) =>
        rows.ToDictionary(r => r.Id, r => new LedgerRow(r.Id, $"key-{r.Id}", r.Status, r.Region), StringComparer.Ordinal);
}
