using System.Globalization;
using System.Runtime.InteropServices;

namespace Resilience.TestKit.Processes;

/// <summary>The fields of <c>/proc/&lt;pid&gt;/stat</c> that tell a process from a later one with the same pid.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ProcessStat(int Pid, char State, int Parent, long StartTicks)
{
    /// <summary>A zombie has ended; it only waits for its parent, which in a container may never look.</summary>
    public bool HasEnded => State is 'Z' or 'X';

    public bool IsStopped => State is 'T' or 't';

    public ProcessIdentity Identity => new(Pid, StartTicks);

    public static ProcessStat? Read(int pid)
    {
        string text;
        try
        {
            text = File.ReadAllText($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/stat");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        // The second field is the name in parentheses and may itself hold blanks and parentheses.
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return new ProcessStat(
            pid,
            fields[0][0],
            int.Parse(fields[1], CultureInfo.InvariantCulture),
            long.Parse(fields[19], CultureInfo.InvariantCulture));
    }

    public static IEnumerable<ProcessStat> ReadAll()
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                && Read(pid) is { } stat)
            {
                yield return stat;
            }
        }
    }
}
