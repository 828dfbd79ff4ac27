namespace Resilience.Regions;

/// <summary>The settings the reducer decides by.</summary>
internal sealed record TopologyRules
{
    public static TopologyRules Default { get; } = new();

    public SwitchMode Switch { get; init; } = SwitchMode.Automatic;

    /// <summary>How many different people must approve with <see cref="SwitchMode.Approval"/>.</summary>
    public int Approvals { get; init; } = 2;

    /// <summary>After this an approval counts no more, unless the switch has begun.</summary>
    public TimeSpan ApprovalExpiry { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Whether a region may be written to only while a majority of the regions answers.</summary>
    public bool NeedsWitness { get; init; }

    /// <summary>Failed probes in a row after which a region counts as gone. One is a hiccup, two are a loss.</summary>
    public int MissesUntilLost { get; init; } = 2;

    /// <summary>How long a refused claim rests before it is tried again.</summary>
    public TimeSpan ClaimAgainAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a refused write keeps the writer in doubt, although it answers its probes. A writer without room is tried again within this time.</summary>
    public TimeSpan RefusalLasts { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Without any observation for this long, what we knew of a region is unknown again.</summary>
    public TimeSpan StaleAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a reader may answer nothing before its connections in use are broken; a slow one may yet answer.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromSeconds(10);
}
