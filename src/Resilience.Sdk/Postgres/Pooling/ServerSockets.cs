using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;

namespace Resilience.Postgres.Pooling;

/// <summary>
/// Breaks the connections of this process to a server that is given up, also while a call waits on them. Npgsql has no such call: a
/// pool that is cleared leaves those in use alone, and cancelling asks the server, which hangs. So whoever holds one would wait for
/// its command time-out, or go on writing to a former writer.
/// </summary>
/// <remarks>
/// <para>On Linux alone; elsewhere calls end by their own time-outs. Sockets are found by the address at their other end. One that
/// fits is duplicated and looked at again, so that one that is closed meanwhile cannot be mistaken for another under the same number.
/// Other files are never duplicated: closing any descriptor of a file gives up the process's locks on it (fcntl(2)), as SQLite holds them.</para>
/// <para>The reader of a socket that is shut down sees its end, as if the server had closed it (shutdown(2)).</para>
/// </remarks>
internal static partial class ServerSockets
{
    private const int ReceiveAndSend = 2;
    private const int DuplicateNotInherited = 1030;
    private const int AddressFamilyInet = 2;
    private const int AddressFamilyInet6 = 10;

    /// <summary>Shuts down every connection of this process to one of the addresses.</summary>
    /// <returns>How many were shut down.</returns>
    public static int ShutDown(ImmutableHashSet<IPEndPoint> servers)
    {
        if (!OperatingSystem.IsLinux() || servers.IsEmpty)
        {
            return 0;
        }

        var count = 0;
        foreach (var path in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
        {
            if (int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && Peer(number) is { } leads && servers.Contains(leads)
                && Control(number, DuplicateNotInherited, 0) is >= 0 and var socket)
            {
                if (Peer(socket) is { } peer && servers.Contains(peer) && ShutDown(socket, ReceiveAndSend) == 0)
                {
                    count++;
                }

                _ = Close(socket);
            }
        }

        return count;
    }

    /// <summary>An address as <see cref="ShutDown(ImmutableHashSet{IPEndPoint})"/> compares it.</summary>
    public static IPEndPoint Plain(IPAddress address, int port) => new(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : Unscoped(address), port);

    private static IPAddress Unscoped(IPAddress address) => address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? new IPAddress(address.GetAddressBytes()) : address;

    private static IPEndPoint? Peer(int socket)
    {
        Span<byte> address = stackalloc byte[128];
        var length = address.Length;
        if (PeerName(socket, address, ref length) != 0)
        {
            return null;
        }

        var port = BinaryPrimitives.ReadUInt16BigEndian(address[2..]);
        return MemoryMarshal.Read<ushort>(address) switch
        {
            AddressFamilyInet => Plain(new IPAddress(address[4..8]), port),
            AddressFamilyInet6 => Plain(new IPAddress(address[8..24]), port),
            _ => null,
        };
    }

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(int file, int command, int argument);

    [LibraryImport("libc", EntryPoint = "getpeername", SetLastError = true)]
    private static partial int PeerName(int socket, Span<byte> address, ref int length);

    [LibraryImport("libc", EntryPoint = "shutdown", SetLastError = true)]
    private static partial int ShutDown(int socket, int how);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int file);
}
