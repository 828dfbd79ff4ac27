using Resilience.Regions;

namespace Resilience.Postgres;

/// <summary>Who decides that writes follow a promotion (<c>Postgres:Switch</c>).</summary>
public sealed record SwitchOptions
{
    /// <summary>How the decision is made.</summary>
    /// <value><see cref="SwitchMode.Automatic"/> by default.</value>
    public SwitchMode Mode { get; init; } = SwitchMode.Automatic;

    /// <summary>How many different people must approve with <see cref="SwitchMode.Approval"/>.</summary>
    /// <value>2 by default; 1 to 10.</value>
    public int Approvals { get; init; } = 2;

    /// <summary>After this an approval counts no more, unless the switch has begun.</summary>
    /// <value>15 minutes by default; 1 minute to 1 day.</value>
    public TimeSpan ApprovalExpiry { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>What to do when only one region answers.</summary>
    /// <value><see cref="Postgres.Corroboration.Available"/> by default.</value>
    public Corroboration Corroboration { get; init; } = Corroboration.Available;
}
