namespace Resilience.Pipelines.Bulkhead;

/// <summary>
/// The adaptive limit as a function of what was known and what a window has shown. After Gradient2 of Netflix'
/// concurrency-limits (smoothing 0.2, tolerance 1.5, long window 600, room for a queue of 4), with multiplicative decrease on
/// overload answers (AIMD; D. Chiu, R. Jain, 1989).
/// </summary>
/// <remarks>
/// Gradient2 compares the latency with its own long-term average. Under lasting load that average takes in the queue that the
/// limit itself allows, and the limit rises with it, without end. Here the baseline learns only where our own queue cannot be:
/// from windows with at most half the limit in flight, at the lowest limit, and from probes, two windows with half the limit
/// (the idea of Envoy's minimum-latency recalculation and of BBR's ProbeRTT, but at half instead of the minimum, which costs
/// little). Half is enough: with more than twice the calls in flight that the dependency can work on, half of them
/// wait for half as long, so the probe shows it and the limit falls; with fewer, the probe meets no queue at all.
/// </remarks>
internal static class GradientLimit
{
    /// <summary>Windows whose mean is the first baseline; until then the limit does not move by latency.</summary>
    public const int WarmUp = 5;

    private const double Smoothing = 0.2;
    private const double Tolerance = 1.5;
    private const double LongWindow = 600;
    private const double Queue = 4;

    // Tolerance alone would settle at half as many calls again as the dependency can work on. Over ten windows the noise is a
    // third of that of one, so less need be tolerated.
    private const double Headroom = 1.1;

    // A probe counts by its samples, or chance would move the baseline of a small dependency.
    private const double HighestWeight = 0.25;
    private const double LowestWeight = 0.1;
    private const double SamplesPerWeight = 800;

    // Many clients of one server probe at different times, and each then still meets the queue of the others. What they
    // mistake for a slower server must not raise the baseline fast.
    private const double HighestRise = 0.1;
    private const int FirstProbe = 5;
    private const int LongestGap = 300;

    public static GradientState Start(int limit) => new() { Limit = limit, ProbeGap = FirstProbe, UntilProbe = FirstProbe };

    /// <summary>The state after a window of calls.</summary>
    public static GradientState Next(GradientState state, LimitWindow window, GradientRules rules) => state.Phase switch
    {
        GradientPhase.Draining => state with { Phase = GradientPhase.Probing },
        GradientPhase.Probing => AfterProbe(state, window),
        _ when state.Windows < WarmUp => AfterWarmUp(state, window),
        _ => AfterSteady(state, window, rules),
    };

    /// <summary>The state after an answer that it is too much.</summary>
    public static GradientState Cut(GradientState state, GradientRules rules) => state with { Limit = Math.Max(rules.MinLimit, state.Limit * 0.9) };

    private static GradientState AfterWarmUp(GradientState state, LimitWindow window) => state with
    {
        Windows = state.Windows + 1,
        RecentRtt = window.MeanRtt,
        RecentInFlight = window.InFlight,

        // The first window is left out: in it only the quick calls have ended yet.
        BaselineRtt = state.Windows == 0 ? 0 : state.BaselineRtt + ((window.MeanRtt - state.BaselineRtt) / state.Windows),
    };

    private static GradientState AfterProbe(GradientState state, LimitWindow window)
    {
        // A queue was found that the baseline took for the latency of the server: there may be more, so look again soon.
        var found = window.MeanRtt < state.BaselineRtt * 0.9;
        var gap = found ? FirstProbe : Math.Min(state.ProbeGap * 2, LongestGap);
        return state with { Phase = GradientPhase.Steady, BaselineRtt = Probed(state.BaselineRtt, window), ProbeGap = gap, UntilProbe = gap };
    }

    private static GradientState AfterSteady(GradientState state, LimitWindow window, GradientRules rules)
    {
        var recent = state.RecentRtt + (Smoothing * (window.MeanRtt - state.RecentRtt));
        var inFlight = state.RecentInFlight + (Smoothing * (window.InFlight - state.RecentInFlight));
        var next = state with { RecentRtt = recent, RecentInFlight = inFlight, BaselineRtt = Baseline(state, window, recent, rules) };
        if (inFlight < state.Limit / 2 && !window.Refused)
        {
            // What is not used is not tested: raising it would mean nothing until the day it means too much. The average counts,
            // or the limit would follow the highest of a year's random peaks.
            return next;
        }

        var limit = Limit(state.Limit, next.BaselineRtt, window.MeanRtt, recent);
        next = next with { Limit = Math.Clamp(window.Overloaded ? Math.Min(limit, state.Limit) : limit, rules.MinLimit, rules.MaxLimit) };

        // A probe holds calls back, so it is worth its price only where calls are held back anyway.
        var isSaturated = window.Refused || window.InFlight >= state.Limit * 0.9;
        if (!isSaturated || state.Limit <= rules.MinLimit)
        {
            return next;
        }

        return state.UntilProbe > 1
            ? next with { UntilProbe = state.UntilProbe - 1 }
            : next with { Phase = GradientPhase.Draining };
    }

    private static double Limit(double limit, double baseline, double rtt, double recent)
    {
        // To a small limit four more would be half a queue of its own.
        var queue = Math.Min(Queue, limit / 16);

        // Gradient2 grows by the queue alone, which takes a small limit half a minute to come back after an incident. While
        // none of the headroom is used, the limit may grow by it too; where it is used, this makes no difference.
        var quick = Math.Clamp(Tolerance * baseline / rtt, 0.5, Headroom);
        var slow = Math.Clamp(Headroom * baseline / recent, 0.5, Headroom);
        return limit + (Smoothing * ((limit * Math.Min(quick, slow)) + queue - limit));
    }

    private static double Baseline(GradientState state, LimitWindow window, double recent, GradientRules rules)
    {
        var rtt = window.MeanRtt;
        if (window.InFlight < state.Limit / 2 && !window.Refused)
        {
            return state.BaselineRtt + (2 / (LongWindow + 1) * (rtt - state.BaselineRtt));
        }

        if (state.Limit <= rules.MinLimit)
        {
            // Nothing lower can be tried, so this is the probe: a server that became slower for good is believed here.
            return Probed(state.BaselineRtt, window);
        }

        // Load only ever lengthens a call, so one that is shorter under load shows a baseline that is too high.
        return recent < state.BaselineRtt * 0.9 ? state.BaselineRtt + (Smoothing * (recent - state.BaselineRtt)) : state.BaselineRtt;
    }

    private static double Probed(double baseline, LimitWindow window)
    {
        var weight = Math.Clamp(window.Samples / SamplesPerWeight, LowestWeight, HighestWeight);
        return Math.Min(baseline + (weight * (window.MeanRtt - baseline)), baseline * (1 + HighestRise));
    }
}
