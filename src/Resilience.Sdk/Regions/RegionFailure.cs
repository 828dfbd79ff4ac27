namespace Resilience.Regions;

/// <summary>A failure of a region, with a message that is safe to show: it never holds a secret.</summary>
internal sealed record RegionFailure(RegionFailureKind Kind, string Message)
{
    /// <summary>Set when the host itself said no, as a refused connection does: then the network between is whole.</summary>
    public bool IsRefusal { get; init; }

    /// <summary>Set when the server, asked to write, said that it does not: no probe sees that, because a probe only reads.</summary>
    public bool RefusesWrites { get; init; }

    /// <summary>True when the answer came from the host or its server; a silence or a broken network says nothing of them.</summary>
    public bool IsFromHost => IsRefusal || Kind is RegionFailureKind.NotServing or RegionFailureKind.NotWritable or RegionFailureKind.DiskFull or RegionFailureKind.Rejected;

    /// <summary>True when one such answer proves that the server accepts no work now; others need a second miss.</summary>
    public bool IsConclusive => Kind is RegionFailureKind.Unreachable or RegionFailureKind.NotServing;
}
