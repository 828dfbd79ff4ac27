namespace Resilience.Regions;

/// <summary>Why a region could not be used. The kind decides how sure we are that nobody writes there.</summary>
internal enum RegionFailureKind
{
    /// <summary>Connecting was refused, or the network said no: nobody serves there.</summary>
    Unreachable,

    /// <summary>The name did not resolve. That says nothing of the server, and nothing of the connections to it that are there.</summary>
    Unresolved,

    /// <summary>An established connection broke. The server may be gone, or only this connection.</summary>
    Broken,

    /// <summary>No answer in time. The server may be slow, hung, or cut off.</summary>
    TimedOut,

    /// <summary>The server is starting, recovering or shutting down (57P01, 57P02, 57P03).</summary>
    NotServing,

    /// <summary>The server answers but refused a write (25006): it is not, or no longer, the writer.</summary>
    NotWritable,

    /// <summary>The server answers but has no room to write (53100). It may go on reading for hours.</summary>
    DiskFull,

    /// <summary>The server answers but refuses us: password, role, database or permission.</summary>
    Rejected,
}
