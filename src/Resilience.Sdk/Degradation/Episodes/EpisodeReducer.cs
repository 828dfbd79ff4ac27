using Resilience.Internal;

namespace Resilience.Degradation.Episodes;

/// <summary>
/// The only place that decides when an episode begins and ends. It ends slowly, and more slowly after every relapse, so
/// that a dependency that comes and goes does not switch features, queues and people on and off with it.
/// </summary>
internal static class EpisodeReducer
{
    /// <param name="state">The episode so far.</param>
    /// <param name="isDown">Whether the dependency is down now.</param>
    /// <param name="now">The time.</param>
    /// <param name="rules">How slowly it ends.</param>
    public static EpisodeState Apply(EpisodeState state, bool isDown, TimeSpan now, EpisodeRules rules)
    {
        if (isDown)
        {
            return state.Phase switch
            {
                EpisodePhase.Degraded => state with { WellSince = null },
                EpisodePhase.Recovering => state with { Phase = EpisodePhase.Degraded, Since = now, WellSince = null, Relapses = state.Relapses + 1 },
                _ => state with { Phase = EpisodePhase.Degraded, Since = now, WellSince = null, Relapses = Kept(state, now, rules), Number = state.Number + 1 },
            };
        }

        var well = state with { WellSince = state.WellSince ?? now };
        return state.Phase switch
        {
            EpisodePhase.Degraded when now - well.WellSince >= DwellOf(state, rules) => well with { Phase = EpisodePhase.Recovering, Since = now },
            EpisodePhase.Recovering when now - state.Since >= rules.Ramp => well with { Phase = EpisodePhase.Healthy, Since = now },
            _ => well,
        };
    }

    /// <summary>How long it must be well before calls come back.</summary>
    public static TimeSpan DwellOf(EpisodeState state, EpisodeRules rules) => Growth.Doubled(rules.Dwell, state.Relapses, rules.MaxDwell);

    /// <summary>A relapse soon after the last end counts; one after a long time of health begins anew.</summary>
    private static int Kept(EpisodeState state, TimeSpan now, EpisodeRules rules) =>
        state.Number == 0 || now - state.Since >= rules.ForgetAfter ? 0 : state.Relapses + 1;
}
