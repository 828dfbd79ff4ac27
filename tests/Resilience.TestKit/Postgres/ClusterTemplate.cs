using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using Resilience.TestKit.Processes;

namespace Resilience.TestKit.Postgres;

/// <summary>
/// An empty cluster that this process makes once and copies for each server: initdb takes a second of a processor, a copy a tenth.
/// Each copy is a cluster of its own, with its own system identifier.
/// </summary>
internal static class ClusterTemplate
{
    private static readonly SemaphoreSlim One = new(1);
    private static string? s_made;

    /// <summary>The password of the superuser in every copy.</summary>
    public static string AdminPassword { get; } = RandomNumberGenerator.GetHexString(24, lowercase: true);

    /// <param name="home">The directory of the server, which its user may write to.</param>
    /// <param name="path">The data directory in it; made here.</param>
    /// <param name="ct">Gives up; the directory is of no use then.</param>
    public static async Task CopyToAsync(string home, string path, CancellationToken ct)
    {
        var template = await MakeAsync(ct);
        var copied = await Command.RunAsync(Privileges.Drop(["cp", "-a", template, path]), home, PostgresBinaries.Environment(home, password: null), ct);
        copied.EnsureSuccess();
        await IdentifyAsync(Path.Combine(path, "global", "pg_control"), ct);

        // The log belongs to the identifier of the template; this begins an empty one.
        var reset = await PostgresBinaries.Installed.RunAsync("pg_resetwal", ["-D", path], home, password: null, ct);
        reset.EnsureSuccess();
    }

    private static async Task<string> MakeAsync(CancellationToken ct)
    {
        await One.WaitAsync(ct);
        try
        {
            return s_made ??= await InitializeAsync(ct);
        }
        finally
        {
            One.Release();
        }
    }

    private static async Task<string> InitializeAsync(CancellationToken ct)
    {
        var home = RunDirectory.CreateDirectory("postgres-template");
        var path = Path.Combine(home, "data");
        var passwordFile = Path.Combine(home, "admin-password");
        try
        {
            await Privileges.GiveAwayAsync(home, ct);
            await File.WriteAllTextAsync(passwordFile, AdminPassword, ct);
            var result = await PostgresBinaries.Installed.RunAsync(
                "initdb",
                ["--no-sync", "--no-instructions", "--locale=C", "--encoding=UTF8", "--auth=scram-sha-256",
                    "-U", PostgresCredentials.Admin, "--pwfile", passwordFile, "-D", path],
                home, password: null, ct);
            result.EnsureSuccess();
            File.Delete(passwordFile);
            return path;
        }
        catch
        {
            RunDirectory.RemoveDirectory(home);
            throw;
        }
    }

    /// <summary>
    /// The identifier is the first field of the control file, and a CRC-32C of all fields follows the last. Where that is depends on the
    /// version of the server: it is where the checksum of what stands before it stands.
    /// </summary>
    private static async Task IdentifyAsync(string control, CancellationToken ct)
    {
        var bytes = await File.ReadAllBytesAsync(control, ct);
        var end = Enumerable.Range(16, 112).Select(i => 4 * i).FirstOrDefault(i => Checksum(bytes.AsSpan(0, i)) == BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(i)));
        if (end == 0)
        {
            throw new InvalidOperationException($"'{control}' has no checksum where a control file has one.");
        }

        BinaryPrimitives.WriteInt64LittleEndian(bytes, RandomNumberGenerator.GetInt32(1, int.MaxValue) * (1L << 31) + RandomNumberGenerator.GetInt32(int.MaxValue));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(end), Checksum(bytes.AsSpan(0, end)));
        await File.WriteAllBytesAsync(control, bytes, ct);
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var sum = uint.MaxValue;
        foreach (var one in bytes)
        {
            sum = BitOperations.Crc32C(sum, one);
        }

        return ~sum;
    }
}
