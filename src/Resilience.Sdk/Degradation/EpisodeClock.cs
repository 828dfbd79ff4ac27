using Resilience.Degradation.Episodes;
using Resilience.Internal;

namespace Resilience.Degradation;

/// <summary>The time and the rules of episodes, for those who decide and those who read.</summary>
internal sealed class EpisodeClock(MonotonicClock clock, Func<EpisodeRules> rules)
{
    public TimeSpan Now => clock.Now;

    public TimeProvider Time => clock.Time;

    public EpisodeRules Rules => rules();
}
