namespace Resilience.Regions;

/// <summary>Who decides that writes move to a promoted region.</summary>
public enum SwitchMode
{
    /// <summary>Follow a verified promotion at once.</summary>
    Automatic,

    /// <summary>Follow it after the configured number of different people approved it. Until then callers wait, unless the previous writer returns.</summary>
    Approval,

    /// <summary>Never leave the first writer found; a promotion elsewhere is reported and not followed.</summary>
    Hold,
}
