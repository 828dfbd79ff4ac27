using Npgsql;
using Resilience.Postgres;
using Resilience.TestKit;

namespace Resilience.IntegrationTests.Postgres;

/// <summary>What happens to a write when its connection is cut at each point, on one real server behind a cutting proxy.</summary>
public sealed class OperationTests : IAsyncLifetime
{
    private PostgresServer _server = null!;
    private CommitCutter _cutter = null!;
    private RegionalDataSource _source = null!;

    public async Task InitializeAsync()
    {
        _server = await PostgresServer.StartPrimaryAsync();
        _cutter = new CommitCutter(_server);
        _source = Create(TimeSpan.FromSeconds(30));
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

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ExecuteAsync_AnswerToCommitLost_IsDoneExactlyOnce(bool serverSawCommit)
    {
        var runs = 0;
        _cutter.CutNext(1, serverSawCommit);

        var outcome = await _source.ExecuteAsync("op-1", async (c, t, ct) =>
        {
            runs++;
            await TwoRegionDatabase.WriteAsync(c, t, "a", ct);
        });

        Assert.Equal(OperationOutcome.Committed, outcome);
        Assert.Equal(1, await TimesAsync("a"));
        Assert.Equal(serverSawCommit ? 1 : 2, runs);
    }

    [Fact]
    public async Task ExecuteAsync_AnswerLostManyTimes_IsDoneExactlyOnce()
    {
        _cutter.CutNext(5, forward: false);

        Assert.Equal(OperationOutcome.Committed, await WriteAsync("op-1", "a"));
        Assert.Equal(1, await TimesAsync("a"));
    }

    [Fact]
    public async Task ExecuteAsync_AnswerLostAndNobodyToAsk_SaysUnknown_AndTheSameIdTellsLater()
    {
        await using var hasty = Create(TimeSpan.FromSeconds(3));
        await using (await hasty.OpenWriterAsync())
        {
            // Warm and elected.
        }

        _cutter.CloseWithCut = true;
        _cutter.CutNext(1, forward: true);
        var unknown = await Assert.ThrowsAsync<OutcomeUnknownException>(() => WriteAsync("op-1", "a", hasty));
        Assert.Equal("op-1", unknown.OperationId);
        Assert.False(unknown.IsTransient);
        Assert.Contains("Region 'local'", unknown.Message, StringComparison.Ordinal);

        _cutter.CloseWithCut = false;
        _cutter.Closed = false;
        Assert.Equal(OperationOutcome.AlreadyCommitted, await WriteAsync("op-1", "a", _source));
        Assert.Equal(1, await TimesAsync("a"));
    }

    /// <summary>Without an id nothing can be asked: whether the server saw the COMMIT or not, it is not sent again.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ExecuteAsync_WithoutAnId_AnswerToCommitLost_SaysUnknown_AndIsNotRepeated(bool serverSawCommit)
    {
        var runs = 0;
        _cutter.CutNext(1, serverSawCommit);

        var unknown = await Assert.ThrowsAsync<OutcomeUnknownException>(() => _source.ExecuteAtMostOnceAsync(async (c, t, ct) =>
        {
            runs++;
            await TwoRegionDatabase.WriteAsync(c, t, "a", ct);
        }));

        Assert.Null(unknown.OperationId);
        Assert.False(unknown.IsTransient);
        Assert.Equal(1, runs);
        Assert.Equal(serverSawCommit ? 1 : 0, await TimesAsync("a"));
    }

    /// <summary>Before COMMIT was sent all is known: nothing happened, so it is done again.</summary>
    [Fact]
    public async Task ExecuteAsync_WithoutAnId_ConnectionLostBeforeTheCommit_IsDoneAgain()
    {
        var runs = 0;
        await _source.ExecuteAtMostOnceAsync(async (c, t, ct) =>
        {
            await TwoRegionDatabase.WriteAsync(c, t, "a", ct);
            if (++runs == 1)
            {
                await using var end = new NpgsqlCommand("SELECT pg_terminate_backend(pg_backend_pid())", c, t);
                await end.ExecuteNonQueryAsync(ct);
            }
        });

        Assert.Equal((2, 1), (runs, await TimesAsync("a")));
    }

    [Fact]
    public async Task ExecuteAsync_SameIdFiftyTimesAtOnce_CommitsOnce()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => WriteAsync("op-1", "a")));

        Assert.Single(outcomes, OperationOutcome.Committed);
        Assert.Equal(49, outcomes.Count(outcome => outcome == OperationOutcome.AlreadyCommitted));
        Assert.Equal(1, await TimesAsync("a"));
    }

    [Fact]
    public async Task ExecuteAsync_WorkThrows_RollsBackThrowsItAndFreesTheId()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => _source.ExecuteAsync("op-1", async (c, t, ct) =>
        {
            await TwoRegionDatabase.WriteAsync(c, t, "a", ct);
            throw new InvalidOperationException("no");
        }));
        Assert.Equal(0, await TimesAsync("a"));

        Assert.Equal(OperationOutcome.Committed, await WriteAsync("op-1", "a"));
    }

    [Fact]
    public async Task ExecuteAsync_ConstraintViolated_IsThrownOnce()
    {
        var runs = 0;
        var exception = await Assert.ThrowsAsync<PostgresException>(() => _source.ExecuteAsync("op-1", async (c, t, ct) =>
        {
            runs++;
            await using var insert = new NpgsqlCommand("INSERT INTO written (id) VALUES ('a'), ('a')", c, t);
            await insert.ExecuteNonQueryAsync(ct);
        }));

        Assert.Equal(PostgresErrorCodes.UniqueViolation, exception.SqlState);
        Assert.Equal(1, runs);
    }

    [Fact]
    public async Task ExecuteAsync_ViolationFoundAtCommit_IsKnownToBeRolledBack()
    {
        await using (var connection = await _source.OpenWriterAsync())
        await using (var create = new NpgsqlCommand(
            "CREATE TABLE deferred (id text, CONSTRAINT once UNIQUE (id) DEFERRABLE INITIALLY DEFERRED)", connection))
        {
            await create.ExecuteNonQueryAsync();
        }

        await Assert.ThrowsAsync<PostgresException>(() => _source.ExecuteAsync("op-1", async (c, t, ct) =>
        {
            await using var insert = new NpgsqlCommand("INSERT INTO deferred (id) VALUES ('a'), ('a')", c, t);
            await insert.ExecuteNonQueryAsync(ct);
        }));

        Assert.Equal(OperationOutcome.Committed, await WriteAsync("op-1", "a"));
    }

    [Fact]
    public async Task ExecuteAsync_SerializationConflict_IsRepeated()
    {
        await WriteAsync("setup", "a");
        using var both = new Barrier(2);
        var runs = 0;
        var outcomes = await Task.WhenAll(new[] { "x", "y" }.Select(id => Task.Run(() => _source.ExecuteAsync(id, async (c, t, ct) =>
        {
            var first = Interlocked.Increment(ref runs) <= 2;
            await using (var read = new NpgsqlCommand("SELECT sum(times) FROM written", c, t))
            {
                await read.ExecuteScalarAsync(ct);
            }

            if (first)
            {
                both.SignalAndWait(TimeSpan.FromSeconds(10), ct);
            }

            await TwoRegionDatabase.WriteAsync(c, t, "a", ct);
            if (first && id == "x")
            {
                throw new PostgresException("simulated by the test", "ERROR", "ERROR", PostgresErrorCodes.SerializationFailure);
            }
        }))));

        Assert.All(outcomes, outcome => Assert.Equal(OperationOutcome.Committed, outcome));
        Assert.Equal(3, await TimesAsync("a"));
        Assert.Equal(3, runs);
    }

    [Fact]
    public async Task ExecuteAsync_ConnectionTerminatedInTheMiddleOfTheWork_IsRunAgain()
    {
        var runs = 0;
        await _source.ExecuteAsync("op-1", async (c, t, ct) =>
        {
            await TwoRegionDatabase.WriteAsync(c, t, "a", ct);
            if (++runs == 1)
            {
                await using var admin = new NpgsqlConnection(_server.AdminConnectionString);
                await admin.OpenAsync(ct);
                await using var terminate = new NpgsqlCommand("SELECT pg_terminate_backend($1)", admin) { Parameters = { new() { Value = c.ProcessID } } };
                await terminate.ExecuteNonQueryAsync(ct);
            }

            await TwoRegionDatabase.WriteAsync(c, t, "b", ct);
        });

        Assert.Equal(2, runs);
        Assert.Equal(1, await TimesAsync("a"));
    }

    [Fact]
    public async Task ExecuteAsync_Cancelled_ThrowsAndCommitsNothing()
    {
        using var cancel = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _source.ExecuteAsync("op-1", async (c, t, ct) =>
        {
            await TwoRegionDatabase.WriteAsync(c, t, "a", ct);
            await cancel.CancelAsync();
            ct.ThrowIfCancellationRequested();
        }, cancel.Token));

        Assert.Equal(0, await TimesAsync("a"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\0b")]
    public async Task ExecuteAsync_UnusableId_IsRefused(string id) =>
        await Assert.ThrowsAnyAsync<ArgumentException>(() => WriteAsync(id, "a"));

    [Fact]
    public async Task ExecuteAsync_TooLongId_IsRefusedWithTheLimit()
    {
        var exception = await Assert.ThrowsAsync<ArgumentException>(() => WriteAsync(new string('x', 256), "a"));
        Assert.Contains("255", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ledger_OldOperations_AreForgottenAndYoungOnesKept()
    {
        await WriteAsync("old", "a");
        await WriteAsync("young", "b");
        await using var connection = await _source.OpenWriterAsync();
        await using (var age = new NpgsqlCommand("UPDATE dr_resilience.operation SET entered_at = now() - interval '8 days' WHERE operation_id = 'old'", connection))
        {
            Assert.Equal(1, await age.ExecuteNonQueryAsync());
        }

        Assert.Equal(1, await OperationLedger.PurgeAsync(connection, TimeSpan.FromDays(7), default));
        Assert.Equal(OperationOutcome.AlreadyCommitted, await WriteAsync("young", "b"));
        Assert.Equal(OperationOutcome.Committed, await WriteAsync("old", "a"));
    }

    [Fact]
    public async Task OpenWriterAsync_PoolExhausted_WaitsForAConnectionInsteadOfFailing()
    {
        await using var small = RegionalDataSource.Create("small", Options(TimeSpan.FromSeconds(20), "Maximum Pool Size=1;Timeout=1"));
        var held = await small.OpenWriterAsync();
        var waiting = small.OpenWriterAsync().AsTask();
        await Task.Delay(TimeSpan.FromSeconds(2.5), TimeProvider.System);
        Assert.False(waiting.IsCompleted);
        Assert.Equal("local", small.WriterRegion);

        await held.DisposeAsync();
        await using var opened = await waiting.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System);
    }

    private Task<OperationOutcome> WriteAsync(string operationId, string row, RegionalDataSource? source = null) =>
        (source ?? _source).ExecuteAsync(operationId, (c, t, ct) => TwoRegionDatabase.WriteAsync(c, t, row, ct));

    private async Task<int> TimesAsync(string id)
    {
        await using var connection = new NpgsqlConnection(_server.ConnectionString);
        await connection.OpenAsync();
        await using var read = new NpgsqlCommand("SELECT times FROM written WHERE id = $1", connection) { Parameters = { new() { Value = id } } };
        return await read.ExecuteScalarAsync() as int? ?? 0;
    }

    private RegionalDataSource Create(TimeSpan waitForWriter) => RegionalDataSource.Create("db", Options(waitForWriter, ""));

    private PostgresOptions Options(TimeSpan waitForWriter, string more) => new()
    {
        Regions = [new PostgresRegionOptions { Name = "local", ConnectionString = $"{_cutter.ConnectionString};{more}" }],
        WaitForWriter = waitForWriter,
    };
}
