using GameDay.Checks;
using GameDay.History;

namespace Resilience.ChaosTests.Checks;

/// <summary>Each of the books with a planted defect: a checker that cannot find one proves nothing.</summary>
public sealed class BookCheckTests
{
    private static readonly ChargeRow ChargeA = new("a", "captured", "acc-1", 1250);
    private static readonly ChargeRow ChargeB = new("b", "captured", "acc-2", 300);

    [Fact]
    public void Charges_OncePerKey_AreRight()
    {
        var findings = ChargeCheck.Compare([Paid("a"), Paid("b")], [ChargeA, ChargeB]);

        Assert.Equal((2, 0, 2), (findings.Total, findings.Duplicates, findings.KeysChecked));
        Assert.Empty(findings.WrongKeys);
        Assert.Empty(findings.UnknownKeys);
    }

    [Fact]
    public void Charges_TwiceUnderAKey_AreADuplicateAndWrong()
    {
        var findings = ChargeCheck.Compare([Paid("a")], [ChargeA, ChargeA]);

        Assert.Equal(1, findings.Duplicates);
        Assert.Equal(["a"], findings.WrongKeys);
    }

    [Fact]
    public void Charges_AcknowledgedAndNeverCharged_IsWrong() => Assert.Equal(["b"], ChargeCheck.Compare([Paid("a"), Paid("b")], [ChargeA]).WrongKeys);

    [Fact]
    public void Charges_UnderAKeyThatNobodySent_AreUnknown() => Assert.Equal(["b"], ChargeCheck.Compare([Paid("a")], [ChargeA, ChargeB]).UnknownKeys);

    [Fact]
    public void Charges_Declined_CountForNothing() => Assert.Equal(0, ChargeCheck.Compare([], [ChargeA with { Status = "declined" }]).Total);

    [Fact]
    public void Accounts_SameSums_Balance() => Assert.Empty(Accounts([Paid("a"), Paid("b")], [Row("a", 1250, "acc-1"), Row("b", 300, "acc-2")]).Unbalanced);

    [Fact]
    public void Accounts_RowWithAnotherAmount_DoNotBalance()
    {
        var findings = Accounts([Paid("a"), Paid("b")], [Row("a", 1350, "acc-1"), Row("b", 300, "acc-2")]);

        Assert.Equal(["acc-1: ledger 13.50, gateway 12.50"], findings.Unbalanced);
    }

    [Fact]
    public void Accounts_PaymentWithoutAnAnswer_IsLeftOut() =>
        Assert.Empty(Accounts([Paid("a"), Paid("b") with { Status = null, Outcome = Outcome.Failed }], [Row("a", 1250, "acc-1")]).Unbalanced);

    [Fact]
    public void Fencing_RowOfAFormerWriterAskedForAfterThePromotion_IsAViolation()
    {
        var late = Paid("late") with { SentAt = TimeSpan.FromSeconds(11) };
        var findings = FencingCheck.Compare([Paid("early"), late], [new FormerWriter("us-east-1", TimeSpan.FromSeconds(10), [Row("early", 1, "acc-1"), Row("late", 1, "acc-1")])]);

        Assert.Equal((2, "late"), (findings.RowsLookedAt, Assert.Single(findings.Violations)));
    }

    [Fact]
    public void Fencing_EachFormerWriterHasItsOwnPromotion() => Assert.Empty(FencingCheck.Compare(
        [Paid("between") with { SentAt = TimeSpan.FromSeconds(11) }],
        [new FormerWriter("us-west-2", TimeSpan.FromSeconds(20), [Row("between", 1, "acc-1")])]).Violations);

    [Fact]
    public void Charges_DeclinedToTheClientAndCaptured_IsWrong() =>
        Assert.Equal(["a"], ChargeCheck.Compare([Paid("a") with { Status = 402 }], [ChargeA]).WrongKeys);

    [Fact]
    public void Charges_DeclinedToTheClientAndNeverAskedFor_IsWrong() =>
        Assert.Equal(["a"], ChargeCheck.Compare([Paid("a") with { Status = 402 }], []).WrongKeys);

    [Fact]
    public void Accounts_CapturedWithoutACharge_DoNotBalance_AlsoWhenTheClientGotNoAnswer() => Assert.Equal(
        ["acc-3: ledger 5.00, gateway 0.00"],
        Accounts([Paid("a"), Paid("b"), Paid("c") with { Status = null, Outcome = Outcome.Failed }], [Row("a", 1250, "acc-1"), Row("b", 300, "acc-2"), Row("c", 500, "acc-3")]).Unbalanced);

    [Fact]
    public void Verification_NothingWasPromised_ShowsNothing() =>
        Assert.Contains(Verification.Of([], new Books([], [], [], [])).Checks, check => check is { Held: false, Name: Verification.Survival });

    [Fact]
    public void Ledger_RowOfAnotherAmount_IsNotThePayment()
    {
        var asked = Paid("a") with { AccountId = "acc-1", Amount = 12.50m, Region = "us-east-1" };

        Assert.Single(LedgerCheck.Compare([asked], Ledger(Row("a", 1000, "acc-1")), []).Unexplained);
        Assert.Empty(LedgerCheck.Compare([asked], Ledger(Row("a", 1250, "acc-1")), []).Unexplained);
    }

    private static AccountFindings Accounts(IReadOnlyList<Operation> operations, IReadOnlyList<LedgerRow> rows) =>
        AccountCheck.Compare(operations, rows, [ChargeA, ChargeB], []);

    private static Dictionary<string, LedgerRow> Ledger(params LedgerRow[] rows) => rows.ToDictionary(row => row.Id, StringComparer.Ordinal);

    private static LedgerRow Row(string key, long amount, string account) => new(key, key, "captured", "us-east-1") { AccountId = account, AmountMinor = amount };

    private static Operation Paid(string key) => new()
    {
        Kind = OperationKind.Pay,
        Key = key,
        PaymentId = key,
        IntendedAt = TimeSpan.FromSeconds(1),
        SentAt = TimeSpan.FromSeconds(1),
        EndedAt = TimeSpan.FromSeconds(2),
        Status = 201,
        Outcome = Outcome.Succeeded,
    };
}
