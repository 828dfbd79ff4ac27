using System.Globalization;
using Resilience.TestKit.Disks;

namespace Resilience.TestKit.Processes;

/// <summary>
/// The directory of this process under the kit's root, named after the process. It holds the directories of the servers
/// and the list of what was started, so whatever a dead owner left can be found and ended.
/// </summary>
internal static class RunDirectory
{
    public const string ProcessesFile = "processes";

    private static readonly Lock Gate = new();
    private static readonly HashSet<ProcessIdentity> Processes = [];
    private static readonly HashSet<string> Directories = new(StringComparer.Ordinal);
    private static int s_number;
    private static bool s_ended;

    /// <summary>One directory per user: a file that another user wrote must never decide what this one kills or deletes.</summary>
    public static string Root { get; } = Path.Combine(
        Path.GetTempPath(), "resilience-testkit", NativeMethods.EffectiveUserId().ToString(CultureInfo.InvariantCulture));

    private static string Own { get; } = Path.Combine(Root, ProcessIdentity.Self.ToString());

    /// <exception cref="MissingCapabilityException">Not Linux, or another user made the directory first.</exception>
    public static void Prepare()
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new MissingCapabilityException("The kit starts and stops processes by way of /proc; run it on Linux.");
        }

        // As /tmp itself: every user may add a directory, nobody may remove another's.
        var shared = Path.GetDirectoryName(Root)!;
        Directory.CreateDirectory(shared);
        if (FileOwner.Of(shared) == NativeMethods.EffectiveUserId())
        {
            File.SetUnixFileMode(shared, (UnixFileMode)0b111_111_111 | UnixFileMode.StickyBit);
        }

        Directory.CreateDirectory(Root);
        if (FileOwner.Of(Root) != NativeMethods.EffectiveUserId())
        {
            throw new MissingCapabilityException($"'{Root}' belongs to another user; remove it or set TMPDIR to a directory of yours.");
        }
    }

    public static string CreateDirectory(string name)
    {
        lock (Gate)
        {
            ObjectDisposedException.ThrowIf(s_ended, typeof(RunDirectory));
            if (!Directory.Exists(Own))
            {
                Directory.CreateDirectory(Own);
                SpreadDirectories.TryIn(Own);
            }

            // The spreading goes by name, so a name that every run uses would meet what the last run deleted.
            var unique = string.Create(CultureInfo.InvariantCulture, $"{name}-{Environment.ProcessId}-{++s_number}");
            var directory = Path.Combine(Own, unique);
            Directory.CreateDirectory(directory);
            Directories.Add(directory);
            Save_NeedsLock();
            return directory;
        }
    }

    public static void Add(ProcessIdentity process)
    {
        lock (Gate)
        {
            if (s_ended)
            {
                // Started while the exit ended everything else: nobody would end this one.
                ProcessTree.Kill(process);
                ObjectDisposedException.ThrowIf(s_ended, typeof(RunDirectory));
            }

            Processes.Add(process);
            Save_NeedsLock();
        }
    }

    public static void Remove(ProcessIdentity process)
    {
        lock (Gate)
        {
            Processes.Remove(process);
            Save_NeedsLock();
        }
    }

    public static void RemoveDirectory(string directory)
    {
        SharedMemory.RemoveOf(directory);
        Mounts.DetachIn(directory);
        lock (Gate)
        {
            Delete(directory);
            Directories.Remove(directory);
            Save_NeedsLock();
        }
    }

    /// <summary>Ends all that this process started. Synchronous, because it runs while the process exits.</summary>
    /// <param name="descendants">
    /// Whether to end every child of this process: while it still works, it has started helpers and servers that are not on the list.
    /// </param>
    public static void EndEverything(bool descendants = false)
    {
        lock (Gate)
        {
            s_ended = true;
            var ending = Processes.SelectMany(ProcessTree.Kill).ToList();
            if (descendants)
            {
                // Looked for several times: one may be between its fork and its place in the tree.
                for (var look = 0; look < 3; look++)
                {
                    ending.AddRange(ProcessTree.Descendants(ProcessIdentity.Self).SelectMany(ProcessTree.Kill));
                    SpinWait.SpinUntil(() => false, TimeSpan.FromMilliseconds(20));
                }
            }

            SpinWait.SpinUntil(() => ending.TrueForAll(p => !p.IsAlive), TimeSpan.FromSeconds(5));
            foreach (var directory in Directories)
            {
                SharedMemory.RemoveOf(directory);
            }

            // Before the deletion, which would first empty them and then stop at each.
            Mounts.DetachIn(Own);
            try
            {
                Delete(Own);
            }
            catch (IOException)
            {
                // Something that started meanwhile wrote into it. It must not stop the exit; the next run removes the rest.
            }

            Processes.Clear();
            Directories.Clear();
        }
    }

    public static void Delete(string directory)
    {
        try
        {
            Directory.Delete(directory, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Another run cleaned up the same leftovers.
        }
    }

    private static void Save_NeedsLock()
    {
        if (Processes.Count == 0 && Directories.Count == 0)
        {
            Delete(Own);
            return;
        }

        // Renamed into place: an owner that dies half-way leaves the last complete list.
        Directory.CreateDirectory(Own);
        var file = Path.Combine(Own, ProcessesFile);
        File.WriteAllLines(file + ".new", [Machine.Id, .. Processes.Select(p => p.ToString())]);
        File.Move(file + ".new", file, overwrite: true);
    }
}
