using Resilience.Regions;

namespace Resilience.Sdk.Tests.Regions;

/// <summary>A PostgreSQL server as far as it matters for who writes: its history's timeline, its copy of the epoch row, whom it follows.</summary>
internal sealed class ModelServer(string region)
{
    public string Region { get; } = region;

    public bool IsUp { get; set; } = true;

    public bool Hangs { get; set; }

    /// <summary>Null on a primary.</summary>
    public ModelServer? Follows { get; set; }

    public int Timeline { get; private set; } = 1;

    public EpochRow? Row { get; private set; }

    public long Lsn { get; private set; } = 1000;

    public bool IsPrimary => Follows is null;

    public WriterTerm Term => new(Row?.Epoch ?? 0, Timeline);

    public void Write() => Lsn++;

    /// <summary>Each promotion takes the next number of its own history: two that do not know each other take the same.</summary>
    public void Promote()
    {
        Follows = null;
        Timeline++;
    }

    /// <summary>Gets what the server it follows has; a replica of a later history does not follow an earlier one.</summary>
    public void Replicate()
    {
        if (Follows is { IsUp: true, Hangs: false } primary && primary.Term >= Term && primary.Timeline >= Timeline)
        {
            (Timeline, Row, Lsn) = (primary.Timeline, primary.Row, primary.Lsn);
        }
    }

    /// <summary>A new copy of a primary.</summary>
    public void RebuildFrom(ModelServer primary)
    {
        (Follows, IsUp, Hangs) = (primary, true, false);
        (Timeline, Row, Lsn) = (primary.Timeline, primary.Row, primary.Lsn);
    }

    /// <summary>The statement by which a client writes its claim down.</summary>
    public void Claim(long above)
    {
        if (Row?.WriterRegion != Region)
        {
            Row = new EpochRow(Math.Max(Row?.Epoch ?? 0, above) + 1, Region);
        }
    }

    public ServerReport Report() => new(
        !IsPrimary, ReadOnly: false, TopologyScenario.Ours, IsPrimary ? Timeline : null, Lsn, Row, TimeSpan.FromMilliseconds(2)) { Received = Lsn, IsFed = Follows is { IsUp: true } };
}
