using Resilience.TestKit.Disks;
using Resilience.TestKit.Processes;

namespace Resilience.TestKit;

/// <summary>What runs left behind whose process died without ending its servers.</summary>
public static class Leftovers
{
    /// <summary>Ends the processes and removes the directories of dead runs of the current user.</summary>
    /// <returns>The number of dead runs that were cleaned up.</returns>
    /// <remarks>
    /// Processes are identified by pid and start time, both recorded when they were started. Runs whose owner is alive, or
    /// runs in another container, are left alone. The first start of anything by the kit calls this.
    /// </remarks>
    public static int CleanUp() =>
        Directory.Exists(RunDirectory.Root) ? Directory.EnumerateDirectories(RunDirectory.Root).ToList().Count(CleanUp) : 0;

    private static bool CleanUp(string run)
    {
        if (!ProcessIdentity.TryParse(Path.GetFileName(run), out var owner) || owner.IsAlive)
        {
            return false;
        }

        var lines = ReadRecord(run);
        if (lines.Length > 0 && lines[0] == Machine.Id)
        {
            var ending = new List<ProcessIdentity>();
            foreach (var line in lines.Skip(1))
            {
                if (ProcessIdentity.TryParse(line, out var process))
                {
                    ending.AddRange(ProcessTree.Kill(process));
                }
            }

            SpinWait.SpinUntil(() => ending.TrueForAll(p => !p.IsAlive), TimeSpan.FromSeconds(5));
            foreach (var directory in Directory.EnumerateDirectories(run))
            {
                SharedMemory.RemoveOf(directory);
            }
        }
        else if (lines.Length > 0 && Machine.IsOfThisBoot(lines[0]))
        {
            return false;
        }

        // Seen from here only when the dead run and this one share their namespaces; else these went with it.
        NetworkFault.EndLeft(owner);
        Mounts.DetachIn(run);
        RunDirectory.Delete(run);
        return true;
    }

    private static string[] ReadRecord(string run)
    {
        try
        {
            return File.ReadAllLines(Path.Combine(run, RunDirectory.ProcessesFile));
        }
        catch (IOException)
        {
            return [];
        }
    }
}
