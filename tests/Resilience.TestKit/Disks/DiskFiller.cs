using Resilience.TestKit.Network;

namespace Resilience.TestKit.Disks;

internal static class DiskFiller
{
    private const string Name = "filler";
    private const int Block = 4096;

    /// <summary>Takes all the room that is left in a file system.</summary>
    /// <returns>Disposing of it gives the room back.</returns>
    public static IDisposable Fill(string path)
    {
        var file = Path.Combine(path, Name);
        using (var filler = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0))
        {
            Reserve(filler, new DriveInfo(path).AvailableFreeSpace);
            WriteUntilFull(filler);
        }

        return new Undo(() => File.Delete(file));
    }

    // Quick for large disks; what the file system needs to note it down is not in what it says is free, so this may not succeed.
    private static void Reserve(FileStream filler, long bytes)
    {
        try
        {
            filler.SetLength(0);
            if (bytes > 0 && Processes.NativeMethods.Allocate(filler.SafeFileHandle, 0, 0, bytes) == 0)
            {
                filler.Seek(0, SeekOrigin.End);
            }
        }
        catch (IOException)
        {
            // The blocks that are written next find the rest.
        }
    }

    private static void WriteUntilFull(FileStream filler)
    {
        var block = new byte[Block];
        try
        {
            while (true)
            {
                filler.Write(block);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }
}
