namespace Resilience.Journal;

/// <summary>The file that is written to.</summary>
internal interface IJournalFile : IDisposable
{
    void Append(ReadOnlySpan<byte> bytes);

    /// <summary>Returns when everything appended has reached the disk.</summary>
    void Sync();
}
