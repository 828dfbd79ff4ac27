using System.Diagnostics;
using System.Globalization;
using Resilience.TestKit.Processes;

namespace Resilience.TestKit;

/// <summary>
/// Something that the network does to the packets of one server until it is disposed. Packets are dropped on arrival, as by a
/// link that is down: whoever sent them is told nothing.
/// </summary>
/// <remarks>Only in a <see cref="PrivateNetwork"/>, with which it ends at the latest, also when this process is killed; the next start ends what is left in one that goes on (<see cref="Leftovers"/>). Connections that are there are hit like new ones. Safe for concurrent use; faults add up.</remarks>
public sealed class NetworkFault : IAsyncDisposable
{
    private static int s_count;

    private readonly string _table;

    private NetworkFault(string table) => _table = table;

    /// <summary>Drops everything from and to a server: its host is gone, or everything between.</summary>
    /// <param name="host">The server's IPv4 address.</param>
    /// <param name="port">Its TCP port.</param>
    /// <returns>The fault; disposing of it heals the network.</returns>
    /// <exception cref="MissingCapabilityException">This is not a network that may be broken.</exception>
    public static Task<NetworkFault> BlackholeAsync(string host, int port) => BeginAsync($"{To(host, port)} drop", $"{From(host, port)} drop");

    /// <summary>Drops what is sent to a server; what it sends arrives.</summary>
    /// <inheritdoc cref="BlackholeAsync"/>
    public static Task<NetworkFault> LoseRequestsAsync(string host, int port) => BeginAsync($"{To(host, port)} drop");

    /// <summary>Drops what a server sends; it gets and does what it is asked for.</summary>
    /// <inheritdoc cref="BlackholeAsync"/>
    public static Task<NetworkFault> LoseAnswersAsync(string host, int port) => BeginAsync($"{From(host, port)} drop");

    /// <summary>Answers what is sent to a server with a TCP reset: connections break, new ones are refused.</summary>
    /// <inheritdoc cref="BlackholeAsync"/>
    public static Task<NetworkFault> ResetAsync(string host, int port) => BeginAsync($"{To(host, port)} reject with tcp reset");

    /// <summary>The same for one connection alone, which its client opened from this port.</summary>
    /// <inheritdoc cref="BlackholeAsync"/>
    public static Task<NetworkFault> ResetOneAsync(string host, int port, int clientPort) =>
        BeginAsync(string.Create(CultureInfo.InvariantCulture, $"{To(host, port)} tcp sport {clientPort} reject with tcp reset"));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await RunAsync($"delete table ip {_table}");

    /// <summary>Ends the faults of a process that is dead and whose network this one shares.</summary>
    internal static void EndLeft(ProcessIdentity owner)
    {
        if (PrivateNetwork.Missing is not null || owner.IsAlive)
        {
            return;
        }

        var prefix = $"table ip {PrefixOf(owner)}";
        foreach (var table in Nft("list tables").Split('\n').Where(line => line.StartsWith(prefix, StringComparison.Ordinal)))
        {
            Nft($"delete {table}");
        }
    }

    private static string Nft(string command)
    {
        // Ended by its parent when it takes too long, so that reading ends, too.
        using var process = Process.Start(new ProcessStartInfo("timeout", ["5", "nft", command]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        return process.StandardOutput.ReadToEnd();
    }

    // With the time of its start: a pid may be another process's by the time that it is looked for.
    private static string PrefixOf(ProcessIdentity owner) => $"fault_{owner.ToString().Replace('-', '_')}_";

    private static async Task<NetworkFault> BeginAsync(params string[] rules)
    {
        PrivateNetwork.Require();
        var table = string.Create(CultureInfo.InvariantCulture, $"{PrefixOf(ProcessIdentity.Self)}{Interlocked.Increment(ref s_count)}");

        // On arrival: a packet that is dropped on its way out is known to its sender's own kernel.
        await RunAsync(
            $"add table ip {table}; add chain ip {table} arriving {{ type filter hook input priority 0 ; }}; "
            + string.Join("; ", rules.Select(rule => $"add rule ip {table} arriving {rule}")));
        return new NetworkFault(table);
    }

    private static string To(string host, int port) => string.Create(CultureInfo.InvariantCulture, $"ip daddr {host} tcp dport {port}");

    private static string From(string host, int port) => string.Create(CultureInfo.InvariantCulture, $"ip saddr {host} tcp sport {port}");

    private static async Task RunAsync(string commands)
    {
        var result = await Command.RunAsync(["nft", commands], "/", null, CancellationToken.None);
        result.EnsureSuccess();
    }
}
