namespace Resilience.Postgres.Tail;

/// <summary>An operation that is committed on the writer and perhaps nowhere else. Changed by the tail's loop alone.</summary>
internal sealed class TailEntry(TailRecord record)
{
    public TailRecord Record => record;

    /// <summary>The epoch of the writer that is known to have it.</summary>
    public long Epoch { get; set; } = record.Epoch;

    /// <summary>When that writer had it, on the process's clock; before everything for one of an earlier run.</summary>
    public TimeSpan CommittedAt { get; set; } = TimeSpan.MinValue;

    /// <summary>The file of the journal that holds it; null when it could not be written.</summary>
    public long? Segment { get; set; }

    /// <summary>How often doing it again was refused.</summary>
    public int Refusals { get; set; }

    public bool IsLost { get; set; }
}
