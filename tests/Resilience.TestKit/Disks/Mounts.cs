using System.Text.RegularExpressions;
using Resilience.TestKit.Processes;

namespace Resilience.TestKit.Disks;

internal static partial class Mounts
{
    private const int Detach = 2;
    private const int FieldOfPath = 4;

    public static async Task MountAsync(string path, IReadOnlyList<string> arguments, CancellationToken ct)
    {
        var result = await Command.RunAsync(["mount", .. arguments, path], "/", null, ct);
        if (result.ExitCode != 0)
        {
            throw new MissingCapabilityException($"A file system cannot be mounted here: {result.Output.Trim()}");
        }
    }

    /// <summary>Takes everything off that is mounted in a directory. Whoever has a file open there keeps it.</summary>
    public static void DetachIn(string directory)
    {
        if (!Privileges.IsRoot)
        {
            return;
        }

        // The latest first: it may lie in an earlier one, or on it.
        foreach (var path in File.ReadAllLines("/proc/self/mountinfo").Select(PathOf).Where(path => IsIn(path, directory)).Reverse())
        {
            _ = NativeMethods.Unmount(path, Detach);
        }
    }

    private static bool IsIn(string path, string directory) =>
        path.StartsWith(directory, StringComparison.Ordinal) && (path.Length == directory.Length || path[directory.Length] == '/');

    // Blanks and the like are written as octal numbers.
    private static string PathOf(string line) =>
        Octal().Replace(line.Split(' ')[FieldOfPath], match => ((char)Convert.ToInt32(match.Groups["code"].Value, 8)).ToString());

    [GeneratedRegex(@"\\(?<code>[0-7]{3})", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Octal();
}
