namespace Resilience.Postgres.Tail;

/// <summary>An operation that is committed on a writer and perhaps nowhere else. What can be set is changed by the tail's loop alone.</summary>
internal sealed class TailEntry(TailRecord record, TimeSpan keptSince)
{
    private const long NotWritten = -1;
    private const long Ended = -2;

    private long _segment = NotWritten;

    public TailRecord Record => record;

    /// <summary>The writer that is known to have it.</summary>
    public WriterHistory Writer { get; set; } = record.Writer;

    /// <summary>When that writer had it, on the process's clock; before everything for one of an earlier run.</summary>
    public TimeSpan CommittedAt { get; set; } = TimeSpan.MinValue;

    /// <summary>Since when this process waits for the other regions to have it from that writer.</summary>
    public TimeSpan KeptSince { get; set; } = keptSince;

    /// <summary>Ends when the journal has it; fails when it cannot.</summary>
    public TaskCompletionSource Durable { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>When doing it again was first refused; null when it was not.</summary>
    public TimeSpan? RefusedSince { get; set; }

    /// <summary>How often it was refused.</summary>
    public int Refusals { get; set; }

    /// <summary>A refused one rests until then.</summary>
    public TimeSpan DueAt { get; set; }

    /// <summary>The journal has it. Any thread.</summary>
    /// <returns>False when it is not kept any more: then the file does not need to hold it either.</returns>
    public bool SetSegment(long segment) => Interlocked.CompareExchange(ref _segment, segment, NotWritten) != Ended;

    /// <summary>It is not kept any more. Any thread; once counts.</summary>
    /// <returns>The file of the journal that holds it; null when none does.</returns>
    public long? End() => Interlocked.Exchange(ref _segment, Ended) is >= 0 and var segment ? segment : null;
}
