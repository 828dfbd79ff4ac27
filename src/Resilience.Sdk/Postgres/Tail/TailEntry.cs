namespace Resilience.Postgres.Tail;

/// <summary>An operation that is committed on a writer and perhaps nowhere else. Changed by the tail's loop, and under its lock where said.</summary>
internal sealed class TailEntry(TailRecord record, TimeSpan keptSince)
{
    public TailRecord Record => record;

    /// <summary>The writer that is known to have it.</summary>
    public WriterHistory Writer { get; set; } = record.Writer;

    /// <summary>When that writer had it, on the process's clock; before everything for one of an earlier run.</summary>
    public TimeSpan CommittedAt { get; set; } = TimeSpan.MinValue;

    /// <summary>Since when this process waits for the other regions to have it from that writer.</summary>
    public TimeSpan KeptSince { get; set; } = keptSince;

    /// <summary>Ends when the journal has it; fails when it cannot.</summary>
    public Task Written { get; set; } = Task.CompletedTask;

    /// <summary>The file of the journal that holds it; null when it is not written, or not yet. Under the lock.</summary>
    public long? Segment { get; set; }

    /// <summary>Whether it is no longer kept. Under the lock.</summary>
    public bool IsGone { get; set; }

    /// <summary>When doing it again was first refused; null when it was not.</summary>
    public TimeSpan? RefusedSince { get; set; }

    /// <summary>How often it was refused.</summary>
    public int Refusals { get; set; }

    /// <summary>A refused one rests until then.</summary>
    public TimeSpan DueAt { get; set; }
}
