using Npgsql;
using Resilience.Postgres;
using Resilience.TestKit;
using Xunit.Abstractions;

namespace Resilience.IntegrationTests.Postgres;

/// <summary>What a caller may conclude from the end of a write, when something unusual comes between.</summary>
public sealed class KnownOutcomeTests(ITestOutputHelper output) : IAsyncLifetime
{
    private PostgresServer _server = null!;
    private CommitCutter _cutter = null!;
    private RegionalDataSource _source = null!;

    public async Task InitializeAsync()
    {
        _server = await PostgresServer.StartPrimaryAsync();
        _cutter = new CommitCutter(_server);
        _source = Create("", TimeSpan.FromSeconds(3));
        await using var connection = await _source.OpenWriterAsync();
        await using var create = new NpgsqlCommand("CREATE TABLE written (id text PRIMARY KEY, times int NOT NULL DEFAULT 1)", connection);
        await create.ExecuteNonQueryAsync();
    }

    public async Task DisposeAsync()
    {
        await _source.DisposeAsync();
        await _cutter.DisposeAsync();
        await _server.DisposeAsync();
    }

    /// <summary>The server answers COMMIT of an aborted transaction with ROLLBACK and no error, and Npgsql says nothing.</summary>
    [Fact]
    public async Task WorkSwallowsASqlError_IsNotReportedAsCommitted()
    {
        OperationOutcome? outcome = null;
        var thrown = await Record.ExceptionAsync(async () => outcome = await _source.ExecuteAsync("op-1", async (c, t, ct) =>
        {
            await TwoRegionDatabase.WriteAsync(c, t, "a", ct);
            try
            {
                await using var broken = new NpgsqlCommand("SELECT 1 / 0", c, t);
                await broken.ExecuteScalarAsync(ct);
            }
            catch (PostgresException)
            {
                // "Best effort" code of an application: an audit insert, a duplicate that does not matter.
            }
        }));

        output.WriteLine($"outcome {outcome}, thrown {thrown?.Message}");
        Assert.False(outcome == OperationOutcome.Committed && await TimesAsync("a") == 0, "Committed was answered and nothing is in the database");
    }

    /// <summary>COMMIT was never sent, so nothing is unknown and nothing is repeated.</summary>
    [Fact]
    public async Task WorkLeavesAReaderOpen_FailsOnceWithItsCause()
    {
        var runs = 0;
        var watch = TimeProvider.System.GetTimestamp();
        var thrown = await Record.ExceptionAsync(() => _source.ExecuteAsync("op-1", async (c, t, ct) =>
        {
            runs++;
            var command = new NpgsqlCommand("SELECT generate_series(1, 3)", c, t);
            var reader = await command.ExecuteReaderAsync(ct);
            await reader.ReadAsync(ct);
        }));

        output.WriteLine($"{runs} runs in {TimeProvider.System.GetElapsedTime(watch)}: {thrown?.GetType().Name}: {thrown?.Message}");
        Assert.IsNotType<OutcomeUnknownException>(thrown);
        Assert.Equal(1, runs);
    }

    /// <summary>What the work throws for its own reasons is not a lost connection, even if it looks like one.</summary>
    [Theory]
    [InlineData("file")]
    [InlineData("disposed")]
    [InlineData("http")]
    [InlineData("wrapped-io")]
    public async Task WorkThrowsItsOwnException_IsThrownUnchangedAfterOneRun(string kind)
    {
        var runs = 0;
        Exception own = kind switch
        {
            "file" => new FileNotFoundException("template.html"),
            "disposed" => new ObjectDisposedException("SomeService"),
            "http" => new HttpRequestException("gateway", new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.ConnectionRefused)),
            _ => new InvalidOperationException("render", new IOException("disk")),
        };
        var watch = TimeProvider.System.GetTimestamp();
        var thrown = await Record.ExceptionAsync(() => _source.ExecuteAsync("op-1", (_, _, _) =>
        {
            runs++;
            throw own;
        }));

        output.WriteLine($"{kind}: {runs} runs in {TimeProvider.System.GetElapsedTime(watch)}: {thrown?.GetType().Name}");
        Assert.Equal(1, runs);
        Assert.Same(own, thrown);
    }

    /// <summary>While a commit is unknown, an error of the question is no answer.</summary>
    [Fact]
    public async Task CommitUnknown_AskingIsAnsweredWithAnError_IsNotSaidToBeRolledBack()
    {
        await using var source = Create("Options=-c lock_timeout=200ms", TimeSpan.FromSeconds(5));
        await using (await source.OpenWriterAsync())
        {
            // Warm.
        }

        await using var admin = new NpgsqlConnection(_server.AdminConnectionString);
        await admin.OpenAsync();
        NpgsqlTransaction? locking = null;
        Task? locked = null;
        _cutter.CutNext(1, forward: true);
        var thrown = await Record.ExceptionAsync(() => source.ExecuteAsync("op-1", async (c, t, ct) =>
        {
            await TwoRegionDatabase.WriteAsync(c, t, "a", ct);

            // A maintenance job queues for the table and gets it when this transaction has committed.
            locking ??= await admin.BeginTransactionAsync(ct);
            locked ??= new NpgsqlCommand("LOCK TABLE dr_resilience.operation IN ACCESS EXCLUSIVE MODE", admin, locking).ExecuteNonQueryAsync(ct);
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, ct);
        }));
        await locked!;
        await locking!.RollbackAsync();

        output.WriteLine($"thrown {thrown?.GetType().Name}: {thrown?.Message}; rows {await TimesAsync("a")}");
        Assert.Equal(1, await TimesAsync("a"));
        Assert.True(thrown is null or OutcomeUnknownException, $"the write is committed and the caller is told {thrown?.GetType().Name}, which means rolled back");
    }

    /// <summary>With every connection of the pool in use, a waiter ends by its deadline.</summary>
    [Fact]
    public async Task OpenWriter_PoolExhausted_EndsByTheDeadline()
    {
        await using var small = Create("Maximum Pool Size=1;Timeout=1", TimeSpan.FromSeconds(1));
        var held = await small.OpenWriterAsync();
        var watch = TimeProvider.System.GetTimestamp();
        var cpu = Environment.CpuUsage.TotalTime;
        using var giveUp = new CancellationTokenSource(TimeSpan.FromSeconds(15), TimeProvider.System);
        var thrown = await Record.ExceptionAsync(async () => await small.OpenWriterAsync(giveUp.Token));
        var took = TimeProvider.System.GetElapsedTime(watch);
        output.WriteLine($"{took}: {thrown?.GetType().Name}, CPU {Environment.CpuUsage.TotalTime - cpu}");
        await held.DisposeAsync();

        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.IsType<WriterUnavailableException>(thrown);
    }

    /// <summary>So does ExecuteAsync.</summary>
    [Fact]
    public async Task Execute_PoolExhausted_EndsByTheDeadline()
    {
        await using var small = Create("Maximum Pool Size=1;Timeout=1", TimeSpan.FromSeconds(1));
        var held = await small.OpenWriterAsync();
        var watch = TimeProvider.System.GetTimestamp();
        using var giveUp = new CancellationTokenSource(TimeSpan.FromSeconds(15), TimeProvider.System);
        var thrown = await Record.ExceptionAsync(async () => await small.ExecuteAsync("op", (_, _, _) => Task.CompletedTask, giveUp.Token));
        var took = TimeProvider.System.GetElapsedTime(watch);
        output.WriteLine($"{took}: {thrown?.GetType().Name}");
        await held.DisposeAsync();

        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    /// <summary>The commit is unknown and the server has no free connection to ask over.</summary>
    [Fact]
    public async Task CommitUnknown_NoFreeConnectionToAsk_SaysUnknown()
    {
        await using var source = RegionalDataSource.Create("db", new PostgresOptions
        {
            Regions = [new PostgresRegionOptions { Name = "local", ConnectionString = $"{_cutter.ConnectionString};Maximum Pool Size=1" }],
            WaitForWriter = TimeSpan.FromSeconds(2),
            WarmConnections = 0,
        });
        await using (await source.OpenWriterAsync())
        {
            // Elected.
        }

        await using var admin = new NpgsqlConnection(_server.AdminConnectionString);
        await admin.OpenAsync();
        _cutter.CutNext(1, forward: true);
        var thrown = await Record.ExceptionAsync(() => source.ExecuteAsync("op-1", async (c, t, ct) =>
        {
            await TwoRegionDatabase.WriteAsync(c, t, "a", ct);
            var role = new NpgsqlConnectionStringBuilder(_cutter.ConnectionString).Username;
            await using var limit = new NpgsqlCommand($"ALTER ROLE \"{role}\" CONNECTION LIMIT 1", admin);
            await limit.ExecuteNonQueryAsync(ct);
        }));
        var roleName = new NpgsqlConnectionStringBuilder(_cutter.ConnectionString).Username;
        await using (var unlimited = new NpgsqlCommand($"ALTER ROLE \"{roleName}\" CONNECTION LIMIT -1", admin))
        {
            await unlimited.ExecuteNonQueryAsync();
        }

        output.WriteLine($"thrown {thrown?.GetType().Name}: {thrown?.Message}; rows {await TimesAsync("a")}");
        Assert.Equal(1, await TimesAsync("a"));
        Assert.IsType<OutcomeUnknownException>(thrown);
    }

    /// <summary>Disposing the data source does not hide that a write may be committed.</summary>
    [Fact]
    public async Task CommitUnknown_DisposedMeanwhile_SaysUnknown()
    {
        var source = Create("", TimeSpan.FromSeconds(20));
        await using (await source.OpenWriterAsync())
        {
            // Elected.
        }

        _cutter.CloseWithCut = true;
        _cutter.CutNext(1, forward: true);
        var writing = source.ExecuteAsync("op-1", (c, t, ct) => TwoRegionDatabase.WriteAsync(c, t, "a", ct));
        await Task.Delay(TimeSpan.FromMilliseconds(1000), TimeProvider.System);
        await source.DisposeAsync();
        var thrown = await Record.ExceptionAsync(() => writing);
        output.WriteLine($"thrown {thrown?.GetType().Name}: {thrown?.Message}; rows {await TimesAsync("a")}");
        Assert.Equal(1, await TimesAsync("a"));
        Assert.IsType<OutcomeUnknownException>(thrown);
    }

    private async Task<int> TimesAsync(string id)
    {
        await using var connection = new NpgsqlConnection(_server.ConnectionString);
        await connection.OpenAsync();
        await using var read = new NpgsqlCommand("SELECT times FROM written WHERE id = $1", connection) { Parameters = { new() { Value = id } } };
        return await read.ExecuteScalarAsync() as int? ?? 0;
    }

    private RegionalDataSource Create(string more, TimeSpan wait) => RegionalDataSource.Create("db", new PostgresOptions
    {
        Regions = [new PostgresRegionOptions { Name = "local", ConnectionString = $"{_cutter.ConnectionString};{more}" }],
        WaitForWriter = wait,
    });
}
