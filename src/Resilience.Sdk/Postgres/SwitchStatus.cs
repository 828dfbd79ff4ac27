using Resilience.Regions;

namespace Resilience.Postgres;

/// <summary>Where a database stands between two writers: what the SDK sees, what it would do next, and what it waits for.</summary>
public sealed record SwitchStatus
{
    /// <summary>The database's name in the configuration.</summary>
    public required string Dependency { get; init; }

    /// <summary>Who decides.</summary>
    public required SwitchMode Mode { get; init; }

    /// <summary>The phase of the runbook: <c>discovery</c>, <c>steady</c>, <c>detection</c>, <c>validation</c>, <c>decision</c>, <c>execution</c> or <c>verification</c>.</summary>
    public required string Phase { get; init; }

    /// <summary>The region that is written to now, or null.</summary>
    public required string? Writer { get; init; }

    /// <summary>What seems to be the matter.</summary>
    public required WriterDiagnosis Diagnosis { get; init; }

    /// <summary>The answers that it rests on.</summary>
    public required string Evidence { get; init; }

    /// <summary>The promoted region that writes would move to, or null when none is promoted.</summary>
    public string? Candidate { get; init; }

    /// <summary>Whether the switch to <see cref="Candidate"/> has been decided, here or by another replica: its claim is written down, and the previous writer is fenced.</summary>
    public bool IsDecided { get; init; }

    /// <summary>What would happen next if nothing changed, in a sentence.</summary>
    public required string Next { get; init; }

    /// <summary>Who has decided that writes go to no other region for now, or null.</summary>
    public string? HeldBy { get; init; }

    /// <summary>When that was decided, on the clock of the replica that was told; null when nobody has, and for the moment in which that changes.</summary>
    public DateTimeOffset? HeldSince { get; init; }

    /// <summary>How many different people must approve; 0 when nobody has to.</summary>
    public int ApprovalsNeeded { get; init; }

    /// <summary>Who has approved the switch to <see cref="Candidate"/> so far, and counts.</summary>
    public IReadOnlyList<string> ApprovedBy { get; init; } = [];
}
