namespace Resilience.TestKit.Processes;

/// <summary>Signals to a process together with everything that descends from it.</summary>
internal static class ProcessTree
{
    public static IReadOnlyList<ProcessIdentity> Descendants(ProcessIdentity root)
    {
        var byParent = ProcessStat.ReadAll().Where(p => !p.HasEnded).ToLookup(p => p.Parent);
        var found = new List<ProcessIdentity>();
        var open = new Stack<int>([root.Pid]);
        while (open.TryPop(out var parent))
        {
            foreach (var child in byParent[parent])
            {
                found.Add(child.Identity);
                open.Push(child.Pid);
            }
        }

        return found;
    }

    /// <summary>Sends SIGKILL to all; returns at once with the processes that now end.</summary>
    public static IReadOnlyList<ProcessIdentity> Kill(ProcessIdentity root)
    {
        // Stopped first, the root cannot fork a child between the look and the kill.
        if (!root.TrySend(Signal.Stop))
        {
            return [];
        }

        var all = Descendants(root).Append(root).ToList();
        foreach (var process in all)
        {
            process.TrySend(Signal.Kill);
        }

        return all;
    }

    /// <summary>Stops all; returns once the kernel reports each of them stopped.</summary>
    public static async Task StopAsync(ProcessIdentity root, CancellationToken ct)
    {
        root.TrySend(Signal.Stop);
        var all = Descendants(root).Append(root).ToList();
        foreach (var process in all)
        {
            process.TrySend(Signal.Stop);
        }

        await Eventually.UntilAsync(
            () => all.TrueForAll(p => p.Stat is not { } stat || stat.IsStopped || stat.HasEnded),
            () => $"Process {root} or one of its children did not stop", ct);
    }

    /// <summary>Continues the children before the root, except the one that is to stay stopped.</summary>
    public static void Continue(ProcessIdentity root, ProcessIdentity? except)
    {
        foreach (var process in Descendants(root).Where(p => p != except).Append(root))
        {
            process.TrySend(Signal.Continue);
        }
    }

    public static Task WaitUntilGoneAsync(IReadOnlyList<ProcessIdentity> processes, CancellationToken ct) =>
        Eventually.UntilAsync(
            () => processes.All(p => !p.IsAlive),
            () => $"Still alive after SIGKILL: {string.Join(", ", processes.Where(p => p.IsAlive))}", ct);
}
