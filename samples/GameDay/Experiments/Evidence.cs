using GameDay.Checks;
using GameDay.Deployment;
using GameDay.History;

namespace GameDay.Experiments;

/// <summary>Everything that a run brought to light, before it is judged. Moments are those of the run's clock.</summary>
internal sealed record Evidence
{
    public required IReadOnlyList<Operation> Operations { get; init; }

    public required TimeSpan LoadStartedAt { get; init; }

    public required TimeSpan LoadStoppedAt { get; init; }

    /// <summary>Null when the run did not get so far.</summary>
    public TimeSpan? ControlStartedAt { get; init; }

    public CheckResult? SteadyBefore { get; init; }

    /// <summary>The first whole window after everything was undone in which the system was as before, or the last one looked at.</summary>
    public CheckResult? SteadyAfter { get; init; }

    /// <summary>When everything was undone.</summary>
    public TimeSpan? RestoredAt { get; init; }

    public IReadOnlyList<InjectedFault> Injected { get; init; } = [];

    public IReadOnlyList<HealthEpisode> Episodes { get; init; } = [];

    public IReadOnlyList<RegionLoss> Losses { get; init; } = [];

    /// <summary>The service's own records of failovers.</summary>
    public IReadOnlyList<FailoverMoments> Failovers { get; init; } = [];

    /// <summary>When the service first declared a writer lost, which it logs as an error.</summary>
    public TimeSpan? LossDeclaredAt { get; init; }

    /// <summary>Where writes went in the end, as the service says.</summary>
    public string? FinalWriter { get; init; }

    /// <summary>Why the stop condition ended the run; null when it did not.</summary>
    public string? AbortReason { get; init; }

    /// <summary>Why a step could not be done, which says nothing about the service; null when all could.</summary>
    public string? StepError { get; init; }

    /// <summary>What could not be undone; null when everything was.</summary>
    public string? RollbackError { get; init; }

    /// <summary>Keys in the cache at the end; null when it did not answer.</summary>
    public int? CacheKeys { get; init; }

    public Books? Books { get; init; }

    public Verification? Verification { get; init; }

    /// <summary>Why something could not be verified.</summary>
    public string? VerificationError { get; init; }

    /// <summary>When the first fault began; null when there was none.</summary>
    public TimeSpan? FaultAt => Injected.FirstOrDefault(fault => fault.IsFault)?.From;

    public RegionLoss? FirstLoss => Losses.FirstOrDefault(loss => loss.PromotedAt is not null);

    /// <summary>The first acknowledgement from the region that was promoted first that a client saw.</summary>
    public Operation? FirstFromSurvivor => FirstLoss is { LostAt: { } lost } loss
        ? Operations.Where(o => o.IsAcknowledged && o.Region == loss.Survivor && o.EndedAt >= lost).MinBy(o => o.EndedAt)
        : null;
}
