using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Resilience.Internal;

/// <summary>Files that are there after a crash, whole or as they were before.</summary>
internal static partial class DurableFiles
{
    private const int ReadOnly = 0;

    /// <summary>Replaces a file: the content is synced before it gets the name, and the name before this returns.</summary>
    /// <exception cref="IOException">The disk is full or fails; the file is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder is not writable.</exception>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        var next = path + ".new";
        using (var file = File.OpenHandle(next, FileMode.Create, FileAccess.Write))
        {
            RandomAccess.Write(file, content, 0);
            RandomAccess.FlushToDisk(file);
        }

        File.Move(next, path, overwrite: true);
        SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>A file's name is durable only when its folder is (fsync(2)). Windows has no such call and needs none.</summary>
    public static void SyncFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var folder = Open(path, ReadOnly);
        if (folder.IsInvalid || Sync(folder) != 0)
        {
            throw new IOException($"The folder '{path}' cannot be synced (error {Marshal.GetLastPInvokeError()}).");
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(SafeFileHandle file);
}
