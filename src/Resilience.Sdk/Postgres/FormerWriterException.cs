using Resilience.Regions;

namespace Resilience.Postgres;

/// <summary>A connection that should lead to the writer leads to a server of an earlier epoch: nothing was written there.</summary>
internal sealed class FormerWriterException(string region, long found, long expected) : Exception(
    $"A connection to region '{region}' leads to a server of epoch {found}, and the writer has {expected}: its address leads to a former writer, or to a server behind it. Nothing was written there.")
{
    public RegionFailure Failure => new(RegionFailureKind.NotWritable, Message);
}
