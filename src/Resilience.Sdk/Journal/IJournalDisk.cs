namespace Resilience.Journal;

/// <summary>The folder of a journal. Tests put one in its place that forgets what was not synced, and one that fails.</summary>
internal interface IJournalDisk : IDisposable
{
    /// <summary>The names of all files.</summary>
    IReadOnlyList<string> List();

    byte[] Read(string name);

    /// <summary>Makes a new file; its name is durable when this returns.</summary>
    IJournalFile Create(string name);

    /// <summary>Cuts a file off, durably.</summary>
    void Truncate(string name, long length);

    /// <summary>Renames a file, durably.</summary>
    void Rename(string from, string to);

    /// <summary>Deletes a file. Whether that is durable does not matter: what comes back is old.</summary>
    void Delete(string name);
}
