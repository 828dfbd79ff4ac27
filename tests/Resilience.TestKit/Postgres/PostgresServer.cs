using Npgsql;
using Resilience.TestKit.Postgres;
using Resilience.TestKit.Processes;

namespace Resilience.TestKit;

/// <summary>One PostgreSQL server that the test started, with its faults and changes of role.</summary>
/// <remarks>
/// Roles are what the data directory says, as in production: nothing here fences an old primary. Members are for one
/// caller at a time. Waits without a bound of their own throw <see cref="TimeoutException"/> after 30 s. When this process is killed,
/// the next run ends the server and removes its directory, whatever had been stopped or stalled (<see cref="Leftovers"/>).
/// </remarks>
public sealed class PostgresServer : IAsyncDisposable
{
    // Long, because it is the one face of a server and each member is documented; the work is done in Postgres/ and Processes/.
    private readonly string _home;
    private readonly string _log;
    private readonly DataDirectory _data;
    private PostgresCredentials _credentials;
    private PostgresProcess? _process;

    private PostgresServer(PostgresServerOptions options, PostgresCredentials credentials)
    {
        _home = RunDirectory.CreateDirectory($"postgres-{options.Region}");
        _log = Path.Combine(_home, "server.log");
        _data = new DataDirectory(_home, options);
        _credentials = credentials;
        Region = options.Region;
        Host = options.Host;
        Port = options.Port ?? FreePort.Reserve();
    }

    /// <summary>The region that this server stands for.</summary>
    public string Region { get; }

    /// <summary>The loopback address; it stays the same for the life of the object.</summary>
    public string Host { get; }

    /// <summary>The TCP port; it stays the same for the life of the object.</summary>
    public int Port { get; }

    /// <summary>Connects as the ordinary role "app" to the database "app" that it owns.</summary>
    public string ConnectionString => Build(PostgresCredentials.App, _credentials.AppPassword, PostgresCredentials.App).ConnectionString;

    /// <summary>Connects as the superuser, unpooled, to the same database.</summary>
    public string AdminConnectionString => Connect(PostgresCredentials.App);

    /// <summary>Whether the postmaster exists; true for a server that hangs.</summary>
    public bool IsRunning => _process is { IsAlive: true };

    /// <summary>The pid of the postmaster, or null when it is not running.</summary>
    public int? ProcessId => IsRunning ? _process!.Id : null;

    /// <summary>The server's log so far.</summary>
    public string Log => File.Exists(_log) ? File.ReadAllText(_log) : "";

    /// <summary>Starts a server with a new, empty cluster of its own.</summary>
    /// <param name="options">Region, address and settings; the defaults when null.</param>
    /// <param name="ct">Gives up and ends what was started.</param>
    /// <returns>The running server; it accepts writes.</returns>
    /// <exception cref="MissingCapabilityException">PostgreSQL is not installed.</exception>
    public static Task<PostgresServer> StartPrimaryAsync(PostgresServerOptions? options = null, CancellationToken ct = default) =>
        StartNewAsync(options, PostgresCredentials.Generate(), async server =>
        {
            await server._data.InitializeAsync(ct);
            var template = server.Connect("template1");
            await server.LaunchAsync(template, ct);
            await server.CreateAppAsync(template, ct);
        }, ct);

    /// <summary>Starts a streaming standby of a running primary.</summary>
    /// <param name="primary">The server to copy and follow.</param>
    /// <param name="options">Region, address and settings; the defaults when null.</param>
    /// <param name="ct">Gives up and ends what was started.</param>
    /// <returns>The running standby; it streams and has replayed what the primary had when the copy was made.</returns>
    public static Task<PostgresServer> StartStandbyOfAsync(
        PostgresServer primary, PostgresServerOptions? options = null, CancellationToken ct = default) =>
        StartNewAsync(options, primary._credentials, async server =>
        {
            await server._data.CopyFromAsync(primary, server._credentials, ct);
            await server.StartAsync(ct);
            await server.WaitUntilStreamingAsync(ct);
        }, ct);

    /// <summary>Starts the server again, in the role that its data directory has; returns when it answers queries.</summary>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>A task.</returns>
    /// <exception cref="InvalidOperationException">It is running, or it ended while starting.</exception>
    public async Task StartAsync(CancellationToken ct = default)
    {
        if (IsRunning)
        {
            throw new InvalidOperationException($"'{Region}' is running already.");
        }

        await LaunchAsync(AdminConnectionString, ct);
    }

    /// <summary>Ends the postmaster and all its children with SIGKILL; returns when the port refuses connections.</summary>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>A task.</returns>
    /// <remarks>Acknowledged commits that the standby had not received are lost to it, but still in this data directory.</remarks>
    public async Task KillAsync(CancellationToken ct = default)
    {
        if (_process is not null)
        {
            await _process.KillAsync(ct);
        }

        await Tcp.WaitUntilRefusedAsync(Host, Port, ct);
    }

    /// <summary>Stops the server cleanly ("fast"): open transactions are rolled back, standbys receive everything.</summary>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>A task.</returns>
    public async Task StopAsync(CancellationToken ct = default)
    {
        if (IsRunning)
        {
            await _process!.ShutDownAsync(ct);
        }
    }

    /// <summary>Stops all processes of the server where they are: connecting still succeeds, no query is answered.</summary>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>A task.</returns>
    public Task HangAsync(CancellationToken ct = default) => Running.HangAsync(ct);

    /// <summary>Undoes <see cref="HangAsync"/>. A stalled WAL receiver stays stalled.</summary>
    /// <returns>A task.</returns>
    public Task ResumeAsync()
    {
        Running.Resume();
        return Task.CompletedTask;
    }

    /// <summary>Promotes this standby with <c>pg_promote</c>; returns when it is out of recovery, that is, writable.</summary>
    /// <param name="ct">Ends the wait; the promotion goes on.</param>
    /// <returns>A task.</returns>
    /// <remarks>
    /// <c>pg_promote</c> and <c>pg_ctl promote</c> look every 100 ms whether the promotion is done; this looks every 10 ms.
    /// With a stalled WAL receiver the server is promoted without what the stall withheld.
    /// </remarks>
    public async Task PromoteAsync(CancellationToken ct = default)
    {
        // One connection for all of it: a new one costs the server more than its promotion, which is being measured.
        await using var connection = new NpgsqlConnection(AdminConnectionString);
        await connection.OpenAsync(ct);
        await using var promote = new NpgsqlCommand("SELECT pg_promote(wait => false)", connection);
        await promote.ExecuteNonQueryAsync(ct);
        if (Running.HasStalledReceiver)
        {
            await Running.EndStalledReceiverAsync(ct);
        }

        await using var ask = new NpgsqlCommand("SELECT NOT pg_is_in_recovery()", connection);
        await Eventually.UntilAsync(async token => (bool)(await ask.ExecuteScalarAsync(token))!, () => $"'{Region}' is still in recovery. {Running.LogTail()}", ct);
    }

    /// <summary>Starts a killed or stopped primary again as the writable primary it was, so that two writers exist after a promotion.</summary>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>A task.</returns>
    /// <exception cref="InvalidOperationException">It is running, or its data directory is that of a standby.</exception>
    public Task RestartAsOldPrimaryAsync(CancellationToken ct = default) =>
        _data.IsStandby
            ? throw new InvalidOperationException($"'{Region}' is a standby; only a former primary can return as a second writer.")
            : StartAsync(ct);

    /// <summary>Makes this server a standby of another and returns when it streams. It keeps its address and port.</summary>
    /// <param name="newPrimary">The server to follow; it may belong to another cluster.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>A task.</returns>
    /// <remarks>
    /// Stopped first if it is running. <c>pg_rewind</c> takes back what the new primary never saw; where it cannot, the
    /// data directory is copied anew. Either way, commits that only this server had are gone.
    /// </remarks>
    public async Task RebuildAsStandbyOfAsync(PostgresServer newPrimary, CancellationToken ct = default)
    {
        await StopAsync(ct);

        // pg_rewind reads the timeline from the control file, which tells the new one only after a checkpoint.
        await PostgresSql.ExecuteAsync(newPrimary.AdminConnectionString, "CHECKPOINT", ct);
        _credentials = newPrimary._credentials;
        await _data.RewindToAsync(newPrimary, _credentials, ct);
        await StartAsync(ct);
        await WaitUntilStreamingAsync(ct);
    }

    /// <summary>Stops only the WAL receiver of this standby, so that it lags while it answers queries.</summary>
    /// <param name="ct">Ends the wait for a WAL receiver to appear.</param>
    /// <returns>A task.</returns>
    public Task StallWalReceiverAsync(CancellationToken ct = default) => Running.StallReceiverAsync(ct);

    /// <summary>Whether <see cref="StallWalReceiverAsync"/> is in force.</summary>
    public bool HasStalledWalReceiver => IsRunning && _process!.HasStalledReceiver;

    /// <summary>Undoes <see cref="StallWalReceiverAsync"/>.</summary>
    /// <returns>A task.</returns>
    public Task ResumeWalReceiverAsync()
    {
        Running.ResumeReceiver();
        return Task.CompletedTask;
    }

    /// <summary>Waits until this standby receives WAL from its primary.</summary>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>A task.</returns>
    public Task WaitUntilStreamingAsync(CancellationToken ct = default) =>
        Eventually.UntilAsync(
            token => PostgresSql.TryAsync(
                AdminConnectionString, "SELECT EXISTS (SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming')", token),
            () => $"'{Region}' is not streaming. {Running.LogTail()}", ct);

    /// <summary>Waits until this standby has replayed everything that the primary has written by now.</summary>
    /// <param name="primary">The server that it follows, directly or not.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>A task.</returns>
    public async Task WaitUntilCaughtUpAsync(PostgresServer primary, CancellationToken ct = default)
    {
        var goal = await PostgresSql.QueryAsync<string>(
            primary.AdminConnectionString,
            "SELECT (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END)::text", ct);
        await Eventually.UntilAsync(
            token => PostgresSql.TryAsync(
                AdminConnectionString, $"SELECT coalesce(pg_last_wal_replay_lsn() >= '{goal}'::pg_lsn, false)", token),
            () => $"'{Region}' has not replayed {goal} of '{primary.Region}'. {Running.LogTail()}", ct);
    }

    /// <summary>Moves the tables' files to a disk of their own, which can be filled. The log stays where it is: a server without room for that ends.</summary>
    /// <param name="disk">The disk; it must outlive the server.</param>
    /// <param name="ct">Ends the call.</param>
    /// <returns>A task; the server was restarted.</returns>
    public async Task MoveTablesAsync(SmallDisk disk, CancellationToken ct = default)
    {
        var folder = await PostgresSql.QueryAsync<string>(
            AdminConnectionString,
            "SELECT current_setting('data_directory') || '/base/' || oid FROM pg_database WHERE datname = current_database()", ct);
        await StopAsync(ct);
        await disk.GiveToAsync(Privileges.User, ct);
        var moved = Path.Combine(disk.Path, Path.GetFileName(folder));
        foreach (var step in new string[][] { ["cp", "-a", folder, moved], ["rm", "-r", folder], ["ln", "-s", moved, folder] })
        {
            (await Command.RunAsync(step, "/", null, ct)).EnsureSuccess();
        }

        await StartAsync(ct);
    }

    /// <summary>Changes a setting with ALTER SYSTEM and reloads the configuration.</summary>
    /// <param name="parameter">The name, for instance "synchronous_standby_names".</param>
    /// <param name="value">The value as in postgresql.conf, without quotes.</param>
    /// <param name="ct">Ends the call.</param>
    /// <returns>A task.</returns>
    /// <remarks>Settings that the kit or <see cref="PostgresServerOptions.Settings"/> gives on the command line win over this.</remarks>
    public async Task SetAsync(string parameter, string value, CancellationToken ct = default)
    {
        await PostgresSql.ExecuteAsync(AdminConnectionString, $"ALTER SYSTEM SET {parameter} = {PostgresSql.Literal(value)}", ct);
        await PostgresSql.ExecuteAsync(AdminConnectionString, "SELECT pg_reload_conf()", ct);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.KillAsync(CancellationToken.None);
            _process.Dispose();
            _process = null;
        }

        RunDirectory.RemoveDirectory(_home);
    }

    private PostgresProcess Running => IsRunning ? _process! : throw new InvalidOperationException($"'{Region}' is not running.");

    private static async Task<PostgresServer> StartNewAsync(
        PostgresServerOptions? options, PostgresCredentials credentials, Func<PostgresServer, Task> prepare, CancellationToken ct)
    {
        TestKitLifetime.Enter();
        _ = PostgresBinaries.Installed;
        var server = new PostgresServer(options ?? new PostgresServerOptions(), credentials);
        try
        {
            await Privileges.GiveAwayAsync(server._home, ct);
            await prepare(server);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    private async Task LaunchAsync(string connectionString, CancellationToken ct)
    {
        _process?.Dispose();
        var process = _process = new PostgresProcess(_data.ServerCommand(Port), _home, _log);
        await Eventually.UntilAsync(
            async token => process.IsAlive
                ? await PostgresSql.TryAsync(connectionString, "SELECT true", token)
                : throw new InvalidOperationException($"'{Region}' ended while starting. {process.LogTail()}"),
            () => $"'{Region}' does not answer. {process.LogTail()}", ct);
    }

    // Renamed rather than created: a database is 300 files, which every standby would copy.
    private Task CreateAppAsync(string connectionString, CancellationToken ct)
    {
        const string App = PostgresCredentials.App;
        return PostgresSql.ExecuteAsync(
            connectionString,
            $"""
            CREATE ROLE {App} LOGIN PASSWORD {PostgresSql.Literal(_credentials.AppPassword)};
            ALTER DATABASE postgres RENAME TO {App};
            ALTER DATABASE {App} OWNER TO {App};
            """, ct);
    }

    private string Connect(string database)
    {
        var builder = Build(PostgresCredentials.Admin, _credentials.AdminPassword, database);
        builder.Pooling = false;
        builder.Timeout = 2;
        builder.CommandTimeout = 10;
        builder.GssEncryptionMode = GssEncryptionMode.Disable;
        builder.SslMode = SslMode.Disable;
        return builder.ConnectionString;
    }

    private NpgsqlConnectionStringBuilder Build(string user, string password, string database) => new()
    {
        Host = Host,
        Port = Port,
        Username = user,
        Password = password,
        Database = database,
    };
}
