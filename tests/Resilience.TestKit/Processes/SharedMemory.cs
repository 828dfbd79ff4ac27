using System.Globalization;

namespace Resilience.TestKit.Processes;

/// <summary>
/// A PostgreSQL that was killed leaves its System V segment behind (only its own restart would remove it), and the
/// number of segments on a machine is limited.
/// </summary>
internal static class SharedMemory
{
    private const int RemoveId = 0;

    // In postmaster.pid this line holds "key id" of the segment.
    private const int LineOfSegment = 6;

    public static void RemoveOf(string directory)
    {
        if (!Directory.Exists(directory))
        {
            return;
        }

        foreach (var file in Directory.EnumerateFiles(directory, "postmaster.pid", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 2 }))
        {
            var lines = File.ReadAllLines(file);
            var words = lines.Length > LineOfSegment ? lines[LineOfSegment].Split(' ', StringSplitOptions.RemoveEmptyEntries) : [];
            if (words.Length == 2 && int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            {
                // Fails when the server removed it itself, which is just as well.
                _ = NativeMethods.SharedMemoryControl(id, RemoveId, 0);
            }
        }
    }
}
