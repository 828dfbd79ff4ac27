using Resilience.Pipelines.Bulkhead;

namespace Resilience.Sdk.Tests.Pipelines.Bulkhead;

/// <summary>One window each, after a baseline of 20 ms.</summary>
public sealed class GradientLimitTests
{
    private static readonly GradientRules Rules = new(10, 200);

    [Theory]
    [InlineData(100, 20, 20, 100, false, false, 102.8, "no queue: a fifth of the way to a tenth and four more")]
    [InlineData(20, 20, 20, 20, false, false, 20.65, "a small limit grows by less")]
    [InlineData(199.9, 20, 20, 200, false, false, 200, "the upper bound")]
    [InlineData(100, 20, 20, 45, false, false, 100, "not used, so not tested")]
    [InlineData(100, 20, 20, 0, true, false, 102.8, "used by bursts: some were refused")]
    [InlineData(100, 20, 20, 100, false, true, 100, "no growth with overload answers")]
    [InlineData(100, 20, 30, 100, false, false, 100.8, "one window within the tolerance")]
    [InlineData(100, 30, 30, 100, false, false, 100 + (0.2 * (((100 * 1.1 * 20) / 30d) + 4 - 100)), "many such windows are above the headroom")]
    [InlineData(100, 20, 600, 100, false, false, 90.8, "an outlier costs no more than a half, smoothed")]
    [InlineData(10.5, 20, 600, 11, false, false, 10, "the lower bound")]
    public void Next_Steady_MovesTheLimit(double limit, double recent, double window, double inFlight, bool refused, bool overloaded, double expected, string why)
    {
        var next = GradientLimit.Next(State(limit, recent), new LimitWindow(200, window / 1000, inFlight, refused, overloaded), Rules);

        Assert.True(Math.Abs(expected - next.Limit) < 1e-6, $"{why}: expected {expected}, got {next.Limit}");
    }

    [Theory]
    [InlineData(100, 40, 40, 100, 20, "a queue of our own is not learned")]
    [InlineData(100, 40, 40, 30, 20 + (20 * 2 / 601d), "with few in flight it is no queue of ours, and learned slowly")]
    [InlineData(100, 20, 5, 30, 20 - (15 * 2 / 601d), "likewise downwards")]
    [InlineData(100, 10, 10, 100, 18, "quicker under load than ever without: the baseline is too high")]
    [InlineData(100, 20, 10, 100, 18 + 2, "but a single quick window is noise")]
    [InlineData(10, 80, 80, 10, 22, "at the lowest limit a slower server is believed, a tenth at a time")]
    public void Next_Steady_LearnsTheBaseline(double limit, double recent, double window, double inFlight, double expected, string why)
    {
        var next = GradientLimit.Next(State(limit, recent), new LimitWindow(200, window / 1000, inFlight, false, false), Rules);

        Assert.True(Math.Abs(expected - (next.BaselineRtt * 1000)) < 1e-6, $"{why}: expected {expected}, got {next.BaselineRtt * 1000}");
    }

    [Fact]
    public void Next_FirstWindows_AverageToTheBaseline_WithoutTheFirst()
    {
        var state = GradientLimit.Start(100);
        foreach (var rtt in new[] { 0.001, 0.05, 0.03, 0.05, 0.03 })
        {
            state = GradientLimit.Next(state, new LimitWindow(200, rtt, 100, true, true), Rules);
        }

        Assert.Equal(GradientLimit.WarmUp, state.Windows);
        Assert.Equal((100, 0.03, 100), (state.Limit, state.RecentRtt, state.RecentInFlight));
        Assert.Equal(0.04, state.BaselineRtt, 9);
    }

    [Fact]
    public void Next_Saturated_ProbesAtHalfTheLimit_AndComesBack()
    {
        var loaded = new LimitWindow(200, 0.024, 100, false, false);
        var state = State(100, 24) with { UntilProbe = 2, ProbeGap = 5 };

        state = GradientLimit.Next(state, loaded, Rules);
        Assert.Equal((GradientPhase.Steady, 1), (state.Phase, state.UntilProbe));
        state = GradientLimit.Next(state, loaded, Rules);
        var limit = state.Limit;
        Assert.Equal((GradientPhase.Draining, (int)(limit / 2)), (state.Phase, state.Effective(Rules)));
        state = GradientLimit.Next(state, loaded, Rules);
        Assert.Equal((GradientPhase.Probing, 0.02), (state.Phase, state.BaselineRtt));
        state = GradientLimit.Next(state, new LimitWindow(200, 0.019, 50, true, false), Rules);

        Assert.Equal((GradientPhase.Steady, limit, 10, 10), (state.Phase, state.Limit, state.ProbeGap, state.UntilProbe));
        Assert.Equal(0.01975, state.BaselineRtt, 9);
    }

    [Theory]
    [InlineData(10, 17.5, 5, "a queue was taken for the baseline: look again soon")]
    [InlineData(20, 20, 300, "confirmed: longer until the next, up to the longest")]
    [InlineData(100, 22, 300, "slower without our load: believed, a tenth at a time")]
    public void Next_Probe_CorrectsTheBaseline(double rtt, double expected, int gap, string why)
    {
        var probing = State(100, 20) with { Phase = GradientPhase.Probing, ProbeGap = 160 };

        var next = GradientLimit.Next(probing, new LimitWindow(200, rtt / 1000, 50, false, false), Rules);

        Assert.True(Math.Abs(expected - (next.BaselineRtt * 1000)) < 1e-6, $"{why}: expected {expected}, got {next.BaselineRtt * 1000}");
        Assert.Equal((gap, gap), (next.ProbeGap, next.UntilProbe));
    }

    [Theory]
    [InlineData(10, 19)]
    [InlineData(120, 18.5)]
    [InlineData(1000, 17.5)]
    public void Next_Probe_CountsByItsSamples(long samples, double expected)
    {
        var probing = State(100, 20) with { Phase = GradientPhase.Probing };

        Assert.Equal(expected, GradientLimit.Next(probing, new LimitWindow(samples, 0.01, 50, false, false), Rules).BaselineRtt * 1000, 6);
    }

    [Theory]
    [InlineData(100, 60, false, "calls would be held back for nothing")]
    [InlineData(10, 10, true, "nothing lower to try")]
    public void Next_WithoutNeed_DoesNotProbe(double limit, double inFlight, bool refused, string why)
    {
        var state = GradientLimit.Next(State(limit, 20) with { UntilProbe = 1 }, new LimitWindow(200, 0.02, inFlight, refused, false), Rules);

        Assert.True(state.Phase == GradientPhase.Steady, why);
    }

    [Theory]
    [InlineData(100, 90)]
    [InlineData(10.5, 10)]
    public void Cut_TakesATenth(double limit, double expected) => Assert.Equal(expected, GradientLimit.Cut(State(limit, 20), Rules).Limit, 6);

    private static GradientState State(double limit, double recentMilliseconds) =>
        GradientLimit.Start(100) with { Windows = GradientLimit.WarmUp, Limit = limit, BaselineRtt = 0.02, RecentRtt = recentMilliseconds / 1000, RecentInFlight = limit / 2 };
}
