using Resilience.Degradation;
using Resilience.Degradation.Episodes;
using Resilience.Queueing.Worker;

namespace Resilience.DependencyInjection;

/// <summary>Tells the workers of queues how the dependencies of their services are.</summary>
internal sealed class QueueSignals(Degrader degrader)
{
    public DrainSignal Of(string service)
    {
        if (!degrader.Rules.TryGetValue(service, out var rule))
        {
            return DrainSignal.Well;
        }

        var episode = rule.Episode;
        var isCalled = episode.State.Phase == EpisodePhase.Healthy || episode.Condition is DependencyCondition.Well or DependencyCondition.DownUntilCalled;
        return new DrainSignal(isCalled, episode.State.Share(degrader.Clock.Now, degrader.Clock.Rules), episode.Calls.PerSecond)
        {
            OnlyTrials = episode.Condition == DependencyCondition.DownUntilCalled,
        };
    }
}
