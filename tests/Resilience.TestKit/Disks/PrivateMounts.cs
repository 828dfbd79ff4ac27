using Resilience.TestKit.Processes;

namespace Resilience.TestKit;

/// <summary>Whether this process may mount file systems that no other sees and that vanish with it: in a mount namespace of its own, as <c>./test</c> makes it.</summary>
public static class PrivateMounts
{
    // The namespace's own name, as for PrivateNetwork.
    private const string Variable = "RESILIENCE_PRIVATE_MOUNTS";

    private static readonly Lazy<string?> Answer = new(Look);

    /// <summary>What is missing, and the way out; null when file systems may be mounted.</summary>
    public static string? Missing => Answer.Value;

    /// <summary>Ends here unless file systems may be mounted, so that nothing stays mounted on the machine.</summary>
    /// <exception cref="MissingCapabilityException">This is not a mount namespace of its own.</exception>
    public static void Require()
    {
        if (Missing is { } missing)
        {
            throw new MissingCapabilityException(missing);
        }
    }

    private static string? Look()
    {
        if (!OperatingSystem.IsLinux() || Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } named || new FileInfo("/proc/self/ns/mnt").LinkTarget != named)
        {
            return "This process has no mounts of its own, and others would see what it mounts; run the tests as root with ./test, or with scripts/in-private-network.sh in front of the command.";
        }

        return Privileges.IsRoot ? null : "Only root can mount file systems; run the tests as root with ./test.";
    }
}
