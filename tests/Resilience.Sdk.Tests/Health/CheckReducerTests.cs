using Resilience.Health;

namespace Resilience.Sdk.Tests.Health;

/// <summary>What results in a row mean. <c>+</c> is a success, <c>-</c> a failure, <c>~</c> a success that says it is degraded; one a second.</summary>
public sealed class CheckReducerTests
{
    private static readonly CheckRules Rules = new() { Interval = TimeSpan.FromSeconds(1), Timeout = TimeSpan.FromSeconds(1), FailureThreshold = 3, SuccessThreshold = 2 };

    [Theory]
    [InlineData("", "Unknown")]
    [InlineData("+", "Healthy")]
    [InlineData("~", "Degraded")]
    [InlineData("-", "Unknown")]
    [InlineData("--", "Unknown")]
    [InlineData("---", "Unhealthy")]
    [InlineData("+--", "Healthy")]
    [InlineData("+---", "Unhealthy")]
    [InlineData("+--+--", "Healthy")]
    [InlineData("+--+--+--", "Healthy")]
    [InlineData("---+", "Unhealthy")]
    [InlineData("---+-+-+", "Unhealthy")]
    [InlineData("---++", "Healthy")]
    [InlineData("---+~", "Degraded")]
    [InlineData("--+", "Healthy")]
    [InlineData("+~--", "Degraded")]
    public void Apply_ResultsInARow_GiveStatus(string results, string status)
    {
        var state = Run(results);

        Assert.Equal(status, state.StatusAt(TimeSpan.FromSeconds(results.Length)).ToString());
    }

    [Fact]
    public void Apply_Late_ChangesNothing()
    {
        var state = Run("+++");

        Assert.Same(state, CheckReducer.Apply(state, new CheckObservation(TimeSpan.FromSeconds(1), CheckOutcome.Failed, "late"), Rules));
    }

    [Fact]
    public void StatusAt_TwoIntervalsAndATimeoutWithoutAnAnswer_IsUnknown()
    {
        var state = Run("+");

        Assert.Equal(CheckStatus.Healthy, state.StatusAt(TimeSpan.FromSeconds(4)));
        Assert.Equal(CheckStatus.Unknown, state.StatusAt(TimeSpan.FromSeconds(4.1)));
    }

    [Fact]
    public void Apply_Failures_RememberTheFirstAndTheLastReason()
    {
        var state = Run("+---");

        Assert.Equal((TimeSpan.FromSeconds(2), "r4", 3), (state.FailingSince, state.Reason, state.FailuresInARow));
        Assert.Null(CheckReducer.Apply(state, new CheckObservation(TimeSpan.FromSeconds(9), CheckOutcome.Succeeded), Rules).FailingSince);
        Assert.True(state.WasHealthy);
    }

    [Theory]
    [InlineData("+", 1)]
    [InlineData("+--", 1)]
    [InlineData("---", 1)]
    [InlineData("----", 2)]
    [InlineData("-----", 4)]
    [InlineData("---------------------------------", 30)]
    [InlineData("-----+", 1)]
    public void IntervalAfter_WhileDown_Doubles(string results, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), CheckReducer.IntervalAfter(Run(results), Rules));

    [Fact]
    public void StatusAt_BackingOff_IsNotStaleBetweenLooks()
    {
        var state = Run("-------");

        Assert.Equal(CheckStatus.Unhealthy, state.StatusAt(TimeSpan.FromSeconds(7) + CheckReducer.IntervalAfter(state, Rules)));
    }

    private static CheckState Run(string results)
    {
        var state = CheckState.Initial;
        for (var i = 0; i < results.Length; i++)
        {
            var outcome = results[i] switch { '+' => CheckOutcome.Succeeded, '~' => CheckOutcome.Degraded, _ => CheckOutcome.Failed };
            state = CheckReducer.Apply(state, new CheckObservation(TimeSpan.FromSeconds(i + 1), outcome, outcome == CheckOutcome.Failed ? $"r{i + 1}" : null), Rules);
        }

        return state;
    }
}
