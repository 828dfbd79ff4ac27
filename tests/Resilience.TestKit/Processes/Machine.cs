namespace Resilience.TestKit.Processes;

/// <summary>Where pids are comparable: they mean other processes after a boot and in another container.</summary>
internal static class Machine
{
    private static readonly string Boot = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    public static string Id { get; } = $"{Boot} {new FileInfo("/proc/self/ns/pid").LinkTarget}";

    public static bool IsOfThisBoot(string id) => id.StartsWith(Boot, StringComparison.Ordinal);
}
