using System.Globalization;

namespace Resilience.Health.Watchdog;

/// <summary>
/// Memory in use as a share of what the process may have: of its control group (version 2 or 1, without the file cache that
/// the kernel gives back when it is needed, as the kubelet counts it), or of the collector's own limit, whichever is nearer.
/// </summary>
internal sealed class MemoryGauge(string root, Func<(long Used, long Limit)> heap)
{
    /// <summary>This process.</summary>
    public MemoryGauge()
        : this("/sys/fs/cgroup", Heap)
    {
    }

    /// <returns>0 to 1, or a little more; null when nothing limits it.</returns>
    public double? Look()
    {
        var group = Group("memory.current", "memory.max", "memory.stat", "inactive_file ")
            ?? Group("memory/memory.usage_in_bytes", "memory/memory.limit_in_bytes", "memory/memory.stat", "total_inactive_file ");
        var (used, limit) = heap();
        var ofHeap = limit > 0 ? (double)used / limit : (double?)null;
        return group is { } share && !(ofHeap > share) ? share : ofHeap ?? group;
    }

    private static (long Used, long Limit) Heap()
    {
        // Only a limit that was set: without one the collector names the whole machine.
        var limit = AppContext.GetData("GCHeapHardLimit") is { } set ? Convert.ToInt64(set, CultureInfo.InvariantCulture) : 0;
        return limit > 0 ? (GC.GetGCMemoryInfo().HeapSizeBytes, limit) : (0, 0);
    }

    private double? Group(string usage, string limit, string statistics, string cacheKey)
    {
        if (Number(limit) is not { } most || Number(usage) is not { } used)
        {
            return null;
        }

        return (double)Math.Max(0, used - Cache(statistics, cacheKey)) / most;
    }

    /// <returns>Null when there is no such file or no limit: version 2 writes "max", version 1 a number beyond all memory.</returns>
    private long? Number(string file)
    {
        try
        {
            return long.TryParse(File.ReadAllText(Path.Combine(root, file)), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var value) && value is > 0 and < 1L << 60
                ? value
                : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private long Cache(string file, string key)
    {
        try
        {
            foreach (var line in File.ReadLines(Path.Combine(root, file)))
            {
                if (line.StartsWith(key, StringComparison.Ordinal) && long.TryParse(line.AsSpan(key.Length), CultureInfo.InvariantCulture, out var bytes))
                {
                    return bytes;
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Counted as used, then: the safe side.
        }

        return 0;
    }
}
