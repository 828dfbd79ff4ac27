using System.Globalization;
using Resilience.TestKit.Processes;

namespace Resilience.TestKit.Postgres;

/// <summary>
/// One server's data on disk. Files hold only what all servers of a cluster share; what differs is on the command line,
/// because copies and rewinds overwrite the files of one server with those of another.
/// </summary>
internal sealed class DataDirectory(string home, PostgresServerOptions options)
{
    public string Path { get; } = System.IO.Path.Combine(home, "data");

    public bool IsStandby => File.Exists(System.IO.Path.Combine(Path, "standby.signal"));

    public async Task InitializeAsync(CancellationToken ct)
    {
        await ClusterTemplate.CopyToAsync(home, Path, ct);

        // The addresses of initdb's own file end at 127.0.0.1; ours are regions of 127.0.0.0/8.
        await File.WriteAllTextAsync(
            System.IO.Path.Combine(Path, "pg_hba.conf"),
            "host all all 127.0.0.0/8 scram-sha-256\nhost replication all 127.0.0.0/8 scram-sha-256\n", ct);
    }

    public async Task CopyFromAsync(PostgresServer primary, PostgresCredentials credentials, CancellationToken ct)
    {
        var result = await Binaries.RunAsync(
            "pg_basebackup",
            ["-d", Source(primary), "-D", Path, "-R", "-X", "stream", "-c", "fast", "--no-sync"],
            home, credentials.AdminPassword, ct);
        result.EnsureSuccess();
        await FollowAsync(primary, credentials, ct);
    }

    /// <summary>Takes back what the new primary never saw; copies everything when that is impossible.</summary>
    public async Task RewindToAsync(PostgresServer primary, PostgresCredentials credentials, CancellationToken ct)
    {
        var result = await Binaries.RunAsync(
            "pg_rewind",
            ["--target-pgdata", Path, "--source-server", Source(primary), "-R", "--no-sync"],
            home, credentials.AdminPassword, ct);
        if (result.ExitCode == 0)
        {
            await FollowAsync(primary, credentials, ct);
            return;
        }

        RunDirectory.Delete(Path);
        await CopyFromAsync(primary, credentials, ct);
    }

    public IReadOnlyList<string> ServerCommand(int port)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["listen_addresses"] = options.Host,
            ["port"] = port.ToString(CultureInfo.InvariantCulture),
            ["cluster_name"] = options.Region,
            ["unix_socket_directories"] = "",
            ["max_connections"] = "200",
            ["shared_buffers"] = "16MB",
            // A killed server would leave POSIX segments in /dev/shm; these files go with the data directory.
            ["dynamic_shared_memory_type"] = "mmap",
            ["fsync"] = options.Fsync ? "on" : "off",
            ["hot_standby"] = "on",
            ["wal_log_hints"] = "on",
            // A stalled or stopped standby must find its WAL again, and a rewind the point of divergence.
            ["wal_keep_size"] = "512MB",
            ["wal_receiver_timeout"] = "3s",
            ["wal_receiver_status_interval"] = "1s",
            ["wal_retrieve_retry_interval"] = "100ms",
            ["log_line_prefix"] = "%m [%p] %q%u@%d ",
            ["log_timezone"] = "UTC",
        };
        foreach (var (name, value) in options.Settings)
        {
            settings[name] = value;
        }

        return Binaries.Command("postgres", ["-D", Path, .. settings.SelectMany(s => new[] { "-c", $"{s.Key}={s.Value}" })]);
    }

    // The last entry wins over the one that -R wrote.
    private Task FollowAsync(PostgresServer primary, PostgresCredentials credentials, CancellationToken ct)
    {
        var address = options.ReplicateThrough?.Split(':') ?? [primary.Host, primary.Port.ToString(CultureInfo.InvariantCulture)];
        return File.AppendAllTextAsync(
            System.IO.Path.Combine(Path, "postgresql.auto.conf"),
            $"primary_conninfo = 'host={address[0]} port={address[1]} user={PostgresCredentials.Admin} password={credentials.AdminPassword} sslmode=disable gssencmode=disable'\n",
            ct);
    }

    private static PostgresBinaries Binaries => PostgresBinaries.Installed;

    private static string Source(PostgresServer primary) =>
        $"host={primary.Host} port={primary.Port} user={PostgresCredentials.Admin} dbname={PostgresCredentials.App} sslmode=disable gssencmode=disable";
}
