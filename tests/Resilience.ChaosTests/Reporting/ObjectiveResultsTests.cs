using GameDay.Reporting;

namespace Resilience.ChaosTests.Reporting;

public sealed class ObjectiveResultsTests
{
    private static readonly RecoveryPoint NothingLost = new(0, 0, 12);

    [Theory]
    [InlineData(60, true)]
    [InlineData(72, true)]
    [InlineData(71.999, true, 71.999)]
    [InlineData(30, false)]
    public void Of_ARecovery_ExplainsAllOfItsTime(double target, bool expected, double actual = 60)
    {
        var rto = Rto(target, actual, new RecoveryPhases(actual - 12, 8, 1, 2, 1));

        Assert.Equal(expected, rto.Met);
        Assert.Equal(actual, rto.Phases.Sum(p => p.Seconds), 6);
        Assert.Equal(1, rto.Phases.Sum(p => p.Share), 3);
    }

    [Fact]
    public void Of_PhasesThatDoNotAddUp_NamesTheRestAsUnexplained()
    {
        var rto = Rto(60, 10, new RecoveryPhases(1, 2, 0, 1, 1));

        Assert.Equal((ObjectiveResults.Unexplained, 5d), (rto.Phases[^1].Phase, rto.Phases[^1].Seconds));
        Assert.Equal(10, rto.Phases.Sum(p => p.Seconds), 6);
    }

    [Fact]
    public void Of_ARecoveryWithoutPhases_IsUnexplained() => Assert.Equal([ObjectiveResults.Unexplained], Rto(60, 10, null).Phases.Select(p => p.Phase));

    [Fact]
    public void Of_AMissedObjective_SaysWhichPhaseAloneWouldHaveDone()
    {
        var rto = Rto(60, 72, new RecoveryPhases(50, 15, 3, 2, 2));

        Assert.Equal([38d, 3d, null, null, null], rto.Phases.Select(p => p.AtMostSeconds));
        Assert.Equal(
            "Missed by 12.000 s. The longest phase was detection with 50.000 s, 69 % of the time. "
                + "It would have been met by shortening detection to 38.000 s, or validation to 3.000 s.",
            rto.Explanation);
    }

    [Fact]
    public void Of_AMissThatNoPhaseExplainsAlone_SaysSo() =>
        Assert.EndsWith("No single phase explains it: more than one must become shorter.", Rto(5, 30, new RecoveryPhases(10, 10, 5, 3, 2)).Explanation, StringComparison.Ordinal);

    [Fact]
    public void Of_NoRecovery_IsUnknown()
    {
        var rto = Rto(60, null, null);

        Assert.Null(rto.Met);
        Assert.Empty(rto.Phases);
    }

    [Theory]
    [InlineData(0, 0, null, true, 0d)]
    [InlineData(0, 1, null, false, null)]
    [InlineData(0, 1, 40d, false, 0.04)]
    [InlineData(5, 1, 40d, true, 0.04)]
    [InlineData(5, 1, 6_000d, false, 6d)]
    [InlineData(5, 1, null, null, null)]
    public void Of_RecoveryPoints_ComparesWhatWasLost(double target, int lost, double? lagMs, bool? met, double? actual)
    {
        var rpo = ObjectiveResults.Of(new RecoveryTime(60, 1, null), new RecoveryPoint(target, lost, lagMs)).Single(o => o.Name == "rpo");

        Assert.Equal((met, actual), (rpo.Met, rpo.ActualSeconds));
    }

    [Fact]
    public void Of_ASystemOfTheAnalysis_IsJudgedByItsOwnObjectivesToo()
    {
        var objectives = SampleRun.Report().Objectives;

        Assert.Equal(
            [("rto", "experiment", 60d), ("rpo", "experiment", 0d), ("rto", "Payment Processing", 900d), ("rpo", "Payment Processing", 0d)],
            objectives.Select(o => (o.Name, o.SetBy, o.TargetSeconds)));
    }

    private static ObjectiveResult Rto(double target, double? actual, RecoveryPhases? phases) =>
        ObjectiveResults.Of(new RecoveryTime(target, actual, phases), NothingLost).Single(o => o.Name == "rto");
}
