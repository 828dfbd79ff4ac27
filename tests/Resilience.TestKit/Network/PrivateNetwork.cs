using Resilience.TestKit.Processes;

namespace Resilience.TestKit;

/// <summary>Whether this process is in a network that tests may break: one of its own, as <c>./test</c> makes it.</summary>
public static class PrivateNetwork
{
    /// <summary>Where names are asked in the private network; a <see cref="NameServer"/> may listen there.</summary>
    public const string NameServerAddress = "127.0.0.53";

    // The network's own name: a value that outlived its network, or that was set by hand, names another one.
    private const string Variable = "RESILIENCE_PRIVATE_NETWORK";

    private static readonly Lazy<string?> Answer = new(Look);

    /// <summary>What is missing, and the way out; null when faults may be made.</summary>
    public static string? Missing => Answer.Value;

    /// <summary>Ends here unless faults may be made, so that the machine's own network is never touched.</summary>
    /// <exception cref="MissingCapabilityException">This is not a network that may be broken.</exception>
    public static void Require()
    {
        if (Missing is { } missing)
        {
            throw new MissingCapabilityException(missing);
        }
    }

    private static string? Look()
    {
        const string wayOut = "run the tests as root with ./test, or with scripts/in-private-network.sh in front of the command";
        if (!OperatingSystem.IsLinux() || Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } named || new FileInfo("/proc/self/ns/net").LinkTarget != named)
        {
            return $"This process is not in a network of its own, which alone may be broken; {wayOut}.";
        }

        // The head of the table is there always. Loopback has no entry in it.
        if (File.ReadAllLines("/proc/self/net/route").Length > 1)
        {
            return $"This process has a route to other machines, so nothing is cut here; {wayOut}.";
        }

        if (Executable.DirectoryOf("nft") is null)
        {
            return "'nft' is not installed; install it with: apt-get install -y nftables";
        }

        return File.Exists("/etc/resolv.conf") && File.ReadAllText("/etc/resolv.conf").Contains($"nameserver {NameServerAddress}\n", StringComparison.Ordinal)
            ? null
            : $"Names are not asked of {NameServerAddress} here; {wayOut}.";
    }
}
