using GameDay.Checks;
using GameDay.Deployment;
using GameDay.History;

namespace GameDay.Experiments.RegionFailover;

/// <summary>Everything that a run brought to light, before it is judged.</summary>
internal sealed record Evidence
{
    public required IReadOnlyList<Operation> Operations { get; init; }

    public required TimeSpan LoadStartedAt { get; init; }

    public required TimeSpan ControlStartedAt { get; init; }

    public required TimeSpan LoadStoppedAt { get; init; }

    public required CheckResult? Steady { get; init; }

    public required RegionLoss Loss { get; init; }

    /// <summary>Why the stop condition ended the run; null when it did not.</summary>
    public required string? AbortReason { get; init; }

    /// <summary>The service's own record of the failover; null when it has none.</summary>
    public FailoverMoments? Failover { get; init; }

    public LedgerFindings? Ledger { get; init; }

    public ChargeFindings? Charges { get; init; }

    /// <summary>Why something could not be verified.</summary>
    public string? VerificationError { get; init; }

    /// <summary>The first acknowledgement from the promoted region that a client saw.</summary>
    public Operation? FirstFromSurvivor => Loss.KilledAt is { } killed
        ? Operations.Where(o => o.IsAcknowledged && o.Region == Loss.Survivor && o.EndedAt >= killed).MinBy(o => o.EndedAt)
        : null;
}
