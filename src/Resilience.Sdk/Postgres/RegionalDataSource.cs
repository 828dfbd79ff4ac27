using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Resilience.Evidence;
using Resilience.Internal;
using Resilience.Journal;
using Resilience.Postgres.Pooling;
using Resilience.Postgres.Tail;
using Resilience.Regions;

namespace Resilience.Postgres;

/// <summary>
/// A PostgreSQL database with regions. Connections go to whichever region is proven to be the writer; while none is,
/// callers wait until their deadline instead of failing. Connections are ordinary <see cref="NpgsqlConnection"/>s, so
/// Dapper works unchanged, and EF Core under the conditions of the page on limits.
/// </summary>
/// <remarks>
/// <para>Thread-safe. One instance per database; it watches every region over one connection of its own each.</para>
/// <para>
/// What happens to data: <see cref="ExecuteAsync(string, Func{NpgsqlConnection, NpgsqlTransaction, CancellationToken, Task}, CancellationToken)"/>
/// commits once, as long as the operation id is remembered (<see cref="PostgresOptions.OperationRetention"/>), also when the answer to a
/// commit is lost.
/// Work on a connection from <see cref="OpenWriterAsync"/> that is cut by a failover fails like any broken connection;
/// whether its last commit happened is then for the application to find out.
/// With asynchronous replication, commits that had not reached the promoted server are lost with the old one.
/// </para>
/// </remarks>
// The file is long because its public members are documented here; each hands on to the part that does the work.
public sealed class RegionalDataSource : DbDataSource, ISharedDatabase
{
    private readonly ActiveRegionSet _active;
    private readonly WriterConnector _connector;
    private readonly OperationExecutor _operations;
    private readonly RegionReader _reader;
    private readonly Housekeeping _housekeeping;
    private readonly FailbackLoop _failback;
    private readonly TermMemory _terms;
    private readonly SwitchHold _hold;
    private readonly SwitchDesk _desk;

    internal RegionalDataSource(string name, string? localRegion, PostgresOptions options, RegionSetContext context)
    {
        Name = name;
        Recorder = context.Recorder;
        _terms = context.Terms;
        _hold = context.Hold;
        Clock = context.Clock;
        _active = new ActiveRegionSet(options, context);
        var opener = new WriterOpener(name, _active, context.Clock, new Jitter(context.NewRandom()));
        _connector = new WriterConnector(opener, _active, context.Recorder);
        _operations = new OperationExecutor(opener, context.Recorder, _connector.NoteSuccess);
        _reader = new RegionReader(opener, _active, localRegion);
        _housekeeping = new Housekeeping(_active, context);
        _failback = new FailbackLoop(_active, context);
        _desk = new SwitchDesk(name, _active, _hold, () => Recorder.Records is [] or [.., { FirstSuccessAt: not null }], context.Logger);
    }

    /// <summary>The dependency's name in the configuration.</summary>
    public string Name { get; }

    /// <summary>The region that may be written to now, or null while there is none.</summary>
    public string? WriterRegion => _active.Current.Route?.Region;

    /// <summary>The evidence of past losses of the writer, oldest first; the last 100 of this process.</summary>
    public IReadOnlyList<FailoverRecord> Failovers => Recorder.Records;

    /// <summary>Where this database stands between two writers, and what would happen next. Reading it changes nothing.</summary>
    public SwitchStatus SwitchStatus => _desk.Status();

    /// <summary>The server and database of the writer; of the last one while there is none. Never holds a password.</summary>
    public override string ConnectionString => (_active.Current.Route?.Pool ?? LastWriterPool()).Source.ConnectionString;

    /// <summary>The term of the writer, of the last one while there is none; empty before the first.</summary>
    internal string Term
    {
        get
        {
            var topology = _active.Current.Current.Topology;
            return (topology.Writer ?? topology.LastWriter)?.Term.ToString() ?? "";
        }
    }

    internal FailoverRecorder Recorder { get; }

    internal MonotonicClock Clock { get; }

    internal RegionSet Regions => _active.Current;

    /// <summary>What other regions may not have yet; null without operations that can be done again.</summary>
    internal OperationTail? Tail { get; private set; }

    /// <summary>Why a changed configuration is not in use yet; null when none waits.</summary>
    internal string? PendingChange => _active.Pending;

    /// <summary>Makes a data source without a host. Applications with one call <c>AddDrResilience()</c> and inject it by name.</summary>
    /// <param name="name">A name for messages and metrics.</param>
    /// <param name="options">The regions and how to switch between them.</param>
    /// <param name="localRegion">The region this process runs in: read first when it is fresh enough. Null when unknown.</param>
    /// <param name="configure">Changes each region's data source before it is built, for example a password provider or type mappings.</param>
    /// <param name="loggerFactory">Where transitions are logged; nowhere by default.</param>
    /// <param name="timeProvider">The clock; the system's by default.</param>
    /// <param name="termFolder">Where the highest term and a hold are kept, so that a process that starts again knows a former writer, and follows no promotion that was held; nowhere by default. A host keeps it in <c>DrResilience:Journal:Path</c>.</param>
    /// <param name="switchover">Performs a planned switchover with the database's own tool, for <see cref="FailbackMode.Auto"/>; see <c>dr.AddSwitchover</c>.</param>
    /// <returns>A running data source. Dispose it to stop its loops and close its connections.</returns>
    /// <exception cref="ArgumentException">The options cannot be used; the message lists everything that is wrong.</exception>
    public static RegionalDataSource Create(
        string name,
        PostgresOptions options,
        string? localRegion = null,
        Action<string, NpgsqlDataSourceBuilder>? configure = null,
        ILoggerFactory? loggerFactory = null,
        TimeProvider? timeProvider = null,
        string? termFolder = null,
        Func<SwitchoverRequest, CancellationToken, Task>? switchover = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(options);
        var problems = PostgresOptionsValidator.Problems(options, switchover is not null).Select(problem => $"{problem.Key} {problem.Message}").ToList();
        if (problems.Count > 0)
        {
            throw new ArgumentException($"The options of '{name}' cannot be used: {string.Join(" ", problems)}", nameof(options));
        }

        var clock = new MonotonicClock(timeProvider ?? TimeProvider.System);
        var loggers = loggerFactory ?? NullLoggerFactory.Instance;
        var logger = loggers.CreateLogger<RegionalDataSource>();
        return new RegionalDataSource(
            name,
            localRegion,
            options,
            new RegionSetContext(
                name, clock, () => new Random(), configure, new FailoverRecorder(name, clock, rtoTarget: null), new TermMemory(name, termFolder, clock.Time, logger), new SwitchHold(name, termFolder, hasOthers: false, clock, new Random(), logger), logger, loggers)
            {
                Switchover = switchover,
            });
    }

    /// <summary>Opens a connection to the writer, waiting for one up to <see cref="PostgresOptions.WaitForWriter"/>.</summary>
    /// <param name="cancellationToken">Ends the wait earlier.</param>
    /// <returns>An open connection; dispose it to give it back.</returns>
    /// <exception cref="WriterUnavailableException">No writer until the deadline; the message names each region and its cause.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    /// <remarks>The warm path takes 10 to 20 ns more than Npgsql's own open and allocates nothing more.</remarks>
    public ValueTask<NpgsqlConnection> OpenWriterAsync(CancellationToken cancellationToken = default) => _connector.OpenAsync(cancellationToken);

    /// <summary>Opens a connection to the nearest region whose data is fresh enough; the writer when no other is.</summary>
    /// <param name="maxStaleness">The oldest data accepted; zero means the writer. Staleness is measured in steps of the probe interval (1 s).</param>
    /// <param name="cancellationToken">Ends the wait earlier.</param>
    /// <returns>An open connection, possibly to a standby that refuses writes; dispose it to give it back.</returns>
    /// <exception cref="WriterUnavailableException">No region would do until the deadline.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public ValueTask<NpgsqlConnection> OpenReaderAsync(TimeSpan maxStaleness, CancellationToken cancellationToken = default) =>
        _reader.OpenAsync(maxStaleness, Patience, cancellationToken);

    /// <summary>
    /// Opens a connection to the nearest region that holds everything that was committed when the token was taken, so that a
    /// customer sees their own writes; the writer when no other does.
    /// </summary>
    /// <param name="token">From <see cref="GetReadTokenAsync"/>. Regions are asked for their position once a second, so the writer serves until then.</param>
    /// <param name="cancellationToken">Ends the wait earlier.</param>
    /// <returns>An open connection, possibly to a standby that refuses writes; dispose it to give it back.</returns>
    /// <exception cref="WriterUnavailableException">No region would do until the deadline.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public ValueTask<NpgsqlConnection> OpenReaderAsync(ReadToken token, CancellationToken cancellationToken = default) =>
        _reader.OpenAsync(token, Patience, cancellationToken);

    /// <summary>The writer's position now, after all commits that were answered. One round trip to the writer.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>A token for later reads, of this process or another.</returns>
    /// <exception cref="WriterUnavailableException">No writer until the deadline.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task<ReadToken> GetReadTokenAsync(CancellationToken cancellationToken = default) => _reader.GetTokenAsync(Patience, cancellationToken);

    /// <summary>
    /// Runs a write in a transaction that is committed once as long as the id is remembered, also when the writer dies in the middle. The
    /// operation id is stored in the same transaction; a commit whose answer was lost is asked for by it, not repeated blindly. A commit
    /// that had not reached the promoted server is lost with the old one; <see cref="IReplayableOperation"/> is for those.
    /// </summary>
    /// <param name="operationId">Identifies the operation in this database for <see cref="PostgresOptions.OperationRetention"/>; 1 to 255 characters.</param>
    /// <param name="work">
    /// The statements. It may run more than once, each time in a fresh transaction: assign results, do not add them up, and
    /// cause no effect outside the transaction. It must not commit or roll back. Other exceptions than those of a lost
    /// connection or a serialization conflict roll back and are thrown unchanged.
    /// </param>
    /// <param name="cancellationToken">Ends the call. After a cancellation during the commit its outcome is unknown; the same operation id tells it.</param>
    /// <returns>Whether this call's work is committed, or an earlier call's with the same id was.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The operation id is empty, longer than 255 characters, or holds a NUL.</exception>
    /// <exception cref="WriterUnavailableException">No writer until the deadline; nothing is committed.</exception>
    /// <exception cref="OutcomeUnknownException">A commit got no answer and could not be asked for until the deadline.</exception>
    /// <exception cref="PostgresException">The server refused a statement or the commit; nothing is committed.</exception>
    /// <exception cref="InvalidOperationException">The work ended the transaction itself.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task<OperationOutcome> ExecuteAsync(
        string operationId,
        Func<NpgsqlConnection, NpgsqlTransaction, CancellationToken, Task> work,
        CancellationToken cancellationToken = default)
    {
        OperationExecutor.CheckId(operationId);
        ArgumentNullException.ThrowIfNull(work);
        return OutcomeAsync(operationId, (connection, transaction, _, token) => work(connection, transaction, token), cancellationToken);
    }

    /// <summary>
    /// Runs a write as <see cref="ExecuteAsync(string, Func{NpgsqlConnection, NpgsqlTransaction, CancellationToken, Task}, CancellationToken)"/>
    /// does, and keeps it in the journal until the other regions have it: when a region is promoted without it, it is done again there.
    /// </summary>
    /// <param name="operationId">Identifies the operation in this database for <see cref="PostgresOptions.OperationRetention"/>; 1 to 255 characters.</param>
    /// <param name="operation">The write, of a type that was added with <c>dr.AddOperation</c>.</param>
    /// <param name="cancellationToken">Ends the call, until the commit is answered.</param>
    /// <returns>Whether this call's work is committed, or an earlier call's with the same id was.</returns>
    /// <remarks>
    /// It is synced to the journal before this returns. Under a disk that cannot be written it is kept in memory, which event 1042
    /// and the counter <c>dr.operations.unprotected</c> say; the call succeeds, for the commit has. What is done again runs after a
    /// failover, in the order of the commits, while new work goes on; one that the new writer still refuses after
    /// <c>DrResilience:Journal:ReapplyFor</c> is lost, which event 1041 and the record of the failover say, by its id.
    /// </remarks>
    /// <exception cref="ArgumentException">The operation id is empty, longer than 255 characters, or holds a NUL; or the operation is larger than about 1 MB as JSON.</exception>
    /// <exception cref="InvalidOperationException">The type was not added, the host has not started, the data source was made with <see cref="Create"/>, or the operation ended the transaction itself.</exception>
    /// <exception cref="WriterUnavailableException">No writer until the deadline; nothing is committed.</exception>
    /// <exception cref="OutcomeUnknownException">A commit got no answer and could not be asked for until the deadline.</exception>
    /// <exception cref="PostgresException">The server refused a statement or the commit; nothing is committed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task<OperationOutcome> ExecuteAsync(string operationId, IReplayableOperation operation, CancellationToken cancellationToken = default)
    {
        OperationExecutor.CheckId(operationId);
        ArgumentNullException.ThrowIfNull(operation);
        return Tail is { } tail
            ? tail.ExecuteAsync(operationId, operation, Patience, cancellationToken)
            : throw new InvalidOperationException(
                $"The journal of operations is open while the host runs and knows at least one: AddDrResilience(dr => dr.AddOperation<{operation.GetType().Name}>(\"name\")). A data source from RegionalDataSource.Create keeps none; give it the work as a delegate.");
    }

    /// <summary>
    /// Runs a write without an operation id: in a transaction, again only as long as it is known not to be committed. A commit without
    /// an answer stays unknown: it is never done again, and the exception says so.
    /// </summary>
    /// <param name="work">The statements, as for the call with an operation id.</param>
    /// <param name="cancellationToken">Ends the call. After a cancellation during the commit its outcome is unknown.</param>
    /// <returns>A task that ends when it is committed.</returns>
    /// <exception cref="WriterUnavailableException">No writer until the deadline; nothing is committed.</exception>
    /// <exception cref="OutcomeUnknownException">The commit got no answer: it may or may not have happened. It is not safe to repeat.</exception>
    /// <exception cref="InvalidOperationException">The work ended the transaction itself.</exception>
    /// <exception cref="ArgumentNullException">The work is null.</exception>
    /// <exception cref="PostgresException">The server refused a statement or the commit; nothing is committed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task ExecuteAtMostOnceAsync(Func<NpgsqlConnection, NpgsqlTransaction, CancellationToken, Task> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return OutcomeAsync(null, (connection, transaction, _, token) => work(connection, transaction, token), cancellationToken);
    }

    /// <summary>Runs a read, and runs it again elsewhere when its region fails.</summary>
    /// <typeparam name="T">What the read returns.</typeparam>
    /// <param name="maxStaleness">The oldest data accepted; zero means the writer.</param>
    /// <param name="read">The queries. It may run more than once.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The result of the run that succeeded.</returns>
    /// <exception cref="WriterUnavailableException">No region would do until the deadline.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task<T> ReadAsync<T>(
        TimeSpan maxStaleness, Func<NpgsqlConnection, CancellationToken, Task<T>> read, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(read);
        return _reader.ReadAsync(maxStaleness, read, Patience, cancellationToken);
    }

    /// <summary>Runs a read that sees everything that was committed when the token was taken, and runs it again elsewhere when its region fails.</summary>
    /// <typeparam name="T">What the read returns.</typeparam>
    /// <param name="token">From <see cref="GetReadTokenAsync"/>.</param>
    /// <param name="read">The queries. It may run more than once.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The result of the run that succeeded.</returns>
    /// <exception cref="WriterUnavailableException">No region would do until the deadline.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task<T> ReadAsync<T>(ReadToken token, Func<NpgsqlConnection, CancellationToken, Task<T>> read, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(read);
        return _reader.ReadAsync(token, read, Patience, cancellationToken);
    }

    /// <summary>
    /// True from a switch until the acknowledged operations of this process that did not reach the new writer have been done again there
    /// (<see cref="IReplayableOperation"/>): what is not found meanwhile may yet come. Other replicas do theirs at the same time. One
    /// comparison; no lock.
    /// </summary>
    public bool IsCatchingUp => Tail is { IsCatchingUp: true };

    /// <summary>
    /// Consents to a switch that waits for it (<see cref="SwitchMode.Approval"/>). The consent is kept in the promoted server, so that
    /// every replica finds it; it counts for this promotion alone, once for each person, until it expires.
    /// </summary>
    /// <param name="region">The promoted region, as <see cref="SwitchStatus"/> names it.</param>
    /// <param name="principal">Who consents: a name that was authenticated. 1 to 255 characters.</param>
    /// <param name="cancellationToken">Ends the call; the consent may or may not be kept then.</param>
    /// <returns>A task.</returns>
    /// <exception cref="ArgumentException">The principal is empty or too long.</exception>
    /// <exception cref="InvalidOperationException">No switch to that region waits for approval; the message says what does.</exception>
    /// <exception cref="NpgsqlException">The promoted server could not be asked. Repeat it: consenting twice is consenting once.</exception>
    public Task ApproveSwitchAsync(string region, string principal, CancellationToken cancellationToken = default) =>
        _desk.ApproveAsync(region, principal, cancellationToken);

    /// <summary>Takes a consent back, as long as the switch has not begun.</summary>
    /// <param name="region">The promoted region.</param>
    /// <param name="principal">Who takes it back.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>A task.</returns>
    /// <exception cref="ArgumentException">The principal is empty or too long.</exception>
    /// <exception cref="InvalidOperationException">No switch to that region waits for approval.</exception>
    /// <exception cref="NpgsqlException">The promoted server could not be asked.</exception>
    public Task WithdrawSwitchApprovalAsync(string region, string principal, CancellationToken cancellationToken = default) =>
        _desk.WithdrawAsync(region, principal, cancellationToken);

    /// <summary>
    /// Decides that writes go to no other region, whatever is promoted, until <see cref="ReleaseSwitchesAsync(string, CancellationToken)"/>. Should the previous writer
    /// return, they go back to it. A switch that has been made stays made. It counts in this process and, where decisions are shared, in
    /// all replicas; when those cannot be told within 2 s, they are told as soon as they can be. It outlives the process if there is
    /// a folder for notes (<c>DrResilience:Journal:Path</c>, or <c>termFolder</c>).
    /// </summary>
    /// <param name="principal">Who decides: a name that was authenticated. 1 to 255 characters.</param>
    /// <param name="cancellationToken">Ends the call; the decision may or may not hold then.</param>
    /// <returns>False only where decisions are shared and the other replicas could not be told yet; it holds in this process either way. True says nothing about other replicas where decisions are not shared.</returns>
    /// <exception cref="ArgumentException">The principal is empty or too long.</exception>
    /// <exception cref="TimeoutException">The decision is kept, but this process had too much to do to act on it within 5 s. Repeat it: deciding twice is deciding once.</exception>
    public Task<bool> HoldSwitchesAsync(string principal, CancellationToken cancellationToken = default) =>
        _desk.HoldAsync(principal, principal, seen: null, cancellationToken);

    /// <summary>
    /// Takes the decision back that writes go to no other region; a promotion that waits is then followed as the configuration says. Where
    /// decisions are shared, in all replicas; when those cannot be told within 2 s, in this one, and in the others as soon as they can be
    /// told, unless somebody has decided since.
    /// </summary>
    /// <param name="principal">Who takes it back. It may be another than who decided.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>False only where decisions are shared and the other replicas could not be told yet.</returns>
    /// <exception cref="ArgumentException">The principal is empty or too long.</exception>
    /// <exception cref="InvalidOperationException">Somebody has decided since, elsewhere: look again, and release that.</exception>
    /// <exception cref="TimeoutException">It was not taken note of within 5 s.</exception>
    public Task<bool> ReleaseSwitchesAsync(string principal, CancellationToken cancellationToken = default) =>
        _desk.HoldAsync(null, principal, seen: null, cancellationToken);

    /// <summary>The same for the hold that somebody was shown, here or by another replica: whoever holds by now keeps holding if it is another.</summary>
    /// <param name="principal">Who takes it back. It may be another than who decided.</param>
    /// <param name="seen">What was shown: its <see cref="SwitchStatus.HeldBy"/> and <see cref="SwitchStatus.HeldSince"/> name the hold.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="ArgumentException">The principal is empty or too long, or nobody held in what was shown.</exception>
    /// <inheritdoc cref="ReleaseSwitchesAsync(string, CancellationToken)"/>
    public Task<bool> ReleaseSwitchesAsync(string principal, SwitchStatus seen, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(seen);
        return seen is { HeldBy: not null, HeldSince: not null }
            ? _desk.HoldAsync(null, principal, seen, cancellationToken)
            : throw new ArgumentException($"Nobody holds the switches of '{seen.Dependency}' in the status that was seen.", nameof(seen));
    }

    internal SwitchWait SwitchWaitsFor => _desk.WaitsFor;

    RegionTopology ISharedDatabase.Topology => _active.Current.Current.Topology;

    SwitchHold ISharedDatabase.Hold => _hold;

    void ISharedDatabase.FollowHold() => _desk.FollowHold();

    void ISharedDatabase.Hear(RememberedTerm seen) => _desk.Hear(seen);

    /// <summary>Keeps operations from now on. Once, before the first.</summary>
    internal OperationTail Protect(OperationCatalog catalog, JournalLog journal, JournalOptions options, ILogger logger)
    {
        var catchUp = new TailCatchUp(Name, catalog, _operations, _active, Recorder, options.ReapplyFor, Clock, logger);
        return Tail = new OperationTail(Name, catalog, journal, _operations, _active, catchUp, options, Clock, logger);
    }

    /// <summary>Moves to other options once they have a verified writer; until then the present ones stay in use.</summary>
    internal Task ReconfigureAsync(PostgresOptions options) => _active.ChangeAsync(options);

    /// <inheritdoc/>
    protected override async ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default) =>
        await OpenWriterAsync(cancellationToken);

    /// <inheritdoc/>
    protected override DbConnection OpenDbConnection() => _connector.Open();

    /// <summary>A closed connection to the region that writes now. It does not follow a later switch; open it soon.</summary>
    /// <returns>A connection that <see cref="DbConnection.Open()"/> opens; while there is no writer, one to the last.</returns>
    protected override DbConnection CreateDbConnection() =>
        _active.Current.Route is { } route ? route.Watch(route.Pool.Source.CreateConnection()) : LastWriterPool().Source.CreateConnection();

    /// <inheritdoc/>
    [SuppressMessage("Usage", "VSTHRD002:Avoid problematic synchronous waits", Justification = "Disposing synchronously is what the caller asked for.")]
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            DisposeAsyncCore().AsTask().GetAwaiter().GetResult();
        }

        base.Dispose(disposing);
    }

    /// <inheritdoc/>
    protected override async ValueTask DisposeAsyncCore()
    {
        await _failback.DisposeAsync();
        await _housekeeping.DisposeAsync();
        await (Tail?.DisposeAsync() ?? ValueTask.CompletedTask);
        await _active.DisposeAsync();
        await _terms.DisposeAsync();
        await _hold.DisposeAsync();
        await Recorder.DisposeAsync();
        await base.DisposeAsyncCore();
    }

    private async Task<OperationOutcome> OutcomeAsync(
        string? operationId, Func<NpgsqlConnection, NpgsqlTransaction, string, CancellationToken, Task> work, CancellationToken cancellationToken) =>
        (await _operations.ExecuteAsync(operationId, work, Patience, cancellationToken)).Outcome;

    private TimeSpan Patience => _active.Current.Options.WaitForWriter;

    private RegionPool LastWriterPool()
    {
        var set = _active.Current;
        var last = set.Current.Topology.LastWriter?.Region;
        return (set.Endpoints.FirstOrDefault(endpoint => endpoint.Region == last) ?? set.Endpoints[0]).Pool;
    }
}
