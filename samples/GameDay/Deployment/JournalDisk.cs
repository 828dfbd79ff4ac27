namespace GameDay.Deployment;

internal enum JournalDisk
{
    Folder,

    /// <summary>A disk of a few MiB.</summary>
    Small,

    /// <summary>A disk that forgets what was not synced.</summary>
    PowerLoss,
}
