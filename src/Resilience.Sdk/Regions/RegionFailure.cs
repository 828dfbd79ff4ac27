namespace Resilience.Regions;

/// <summary>A failure of a region, with a message that is safe to show: it never holds a secret.</summary>
internal sealed record RegionFailure(RegionFailureKind Kind, string Message)
{
    /// <summary>True when one such answer proves that the server accepts no work now; others need a second miss.</summary>
    public bool IsConclusive => Kind is RegionFailureKind.Unreachable or RegionFailureKind.NotServing;
}
