namespace Resilience.Journal;

/// <summary>Where promises are written down before they are given (<c>DrResilience:Journal</c>).</summary>
internal sealed record JournalOptions
{
    /// <summary>The folder, on a disk that outlives the process. Only one process may use it.</summary>
    /// <value><c>dr-journal</c> beside the program by default.</value>
    public string Path { get; init; } = System.IO.Path.Combine(AppContext.BaseDirectory, "dr-journal");

    /// <summary>How large all of it may become, in bytes. Beyond, nothing more is promised.</summary>
    /// <value>256 MiB by default; 1 MiB to 1 TiB.</value>
    public long MaxBytes { get; init; } = 256L * 1024 * 1024;

    /// <summary>When a new file is begun, in bytes. A file goes when nothing in it is needed any more.</summary>
    /// <value>8 MiB by default; 64 KiB to 1 GiB, at most half of <see cref="MaxBytes"/>.</value>
    public int SegmentBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>How long what is stored elsewhere is kept, so that it can be stored again after a failover that lost it.</summary>
    /// <value>1 hour by default; 1 minute to 7 days. Choose far more than replication can be behind.</value>
    public TimeSpan Retention { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long an operation that a new writer refuses to do again is tried, with pauses that grow to 30 s, before it is given up as lost.</summary>
    /// <value>5 minutes by default; 1 second to 1 day.</value>
    public TimeSpan ReapplyFor { get; init; } = TimeSpan.FromMinutes(5);
}
