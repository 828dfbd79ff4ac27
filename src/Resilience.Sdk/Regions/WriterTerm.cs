namespace Resilience.Regions;

/// <summary>
/// How new a writer's claim is: the replicated epoch first, the WAL timeline second. Terms of one cluster are
/// ordered, and a process never accepts a writer whose term is lower than the highest it has seen, as a member of a
/// MongoDB replica set never accepts an older election (Server Discovery And Monitoring, "electionId and setVersion").
/// </summary>
/// <param name="Epoch">The epoch of the replicated row; 0 while no row exists.</param>
/// <param name="Timeline">The WAL timeline; 0 where the server has none to show (a standby, or Aurora).</param>
internal readonly record struct WriterTerm(long Epoch, int Timeline) : IComparable<WriterTerm>
{
    public int CompareTo(WriterTerm other)
    {
        var byEpoch = Epoch.CompareTo(other.Epoch);
        return byEpoch != 0 ? byEpoch : Timeline.CompareTo(other.Timeline);
    }

    public static bool operator <(WriterTerm left, WriterTerm right) => left.CompareTo(right) < 0;

    public static bool operator >(WriterTerm left, WriterTerm right) => left.CompareTo(right) > 0;

    public static bool operator <=(WriterTerm left, WriterTerm right) => left.CompareTo(right) <= 0;

    public static bool operator >=(WriterTerm left, WriterTerm right) => left.CompareTo(right) >= 0;

    public override string ToString() => Timeline == 0 ? $"epoch {Epoch}" : $"epoch {Epoch}, timeline {Timeline}";
}
