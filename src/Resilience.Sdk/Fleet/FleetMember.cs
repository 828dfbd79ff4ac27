using Microsoft.Extensions.Logging;
using Resilience.Internal;
using Resilience.Postgres;
using Resilience.Regions;

namespace Resilience.Fleet;

/// <summary>
/// This replica among the others: once a second it reads what they share, merges what it knows, follows what came out, and leaves its
/// note. While the store is away nothing changes: the last known decisions count.
/// </summary>
/// <remarks>One loop does all of it; <see cref="Describe"/> and <see cref="ShareAsync"/> may be called from any thread.</remarks>
internal sealed partial class FleetMember : IAsyncDisposable
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>How long a process that starts waits for a store that does not answer.</summary>
    public static readonly TimeSpan FirstPatience = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan AtStart = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Farewell = TimeSpan.FromMilliseconds(500);

    private readonly IFleetStore _store;
    private readonly Func<IReadOnlyList<ISharedDatabase>> _databases;
    private readonly FleetExchange _exchange;
    private readonly FleetNotes _notes;
    private readonly MonotonicClock _clock;
    private readonly TimeSpan _startedAt;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Signal _wake = new();
    private readonly Lock _lock = new();
    private List<TaskCompletionSource<bool>> _waiting = [];
    private Task _loop = Task.CompletedTask;
    private bool _hasEnded;
    private bool? _isReachable;
    private bool _isStarting = true;

    /// <param name="name">This replica's name, different from all others.</param>
    /// <param name="store">Where they share.</param>
    /// <param name="databases">The databases now.</param>
    /// <param name="note">What to tell of this replica now; the sequence is put in here.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="logger">For a store that is away, and back.</param>
    public FleetMember(
        string name, IFleetStore store, Func<IReadOnlyList<ISharedDatabase>> databases, Func<ReplicaNote> note, MonotonicClock clock, ILogger logger)
    {
        _store = store;
        _databases = databases;
        _exchange = new FleetExchange(store, databases, clock, logger);
        _notes = new FleetNotes(name, store, note, clock);
        _clock = clock;
        _startedAt = clock.Now;
        _logger = logger;
    }

    /// <summary>Whether the store could be reached last; null before it was tried.</summary>
    public bool? IsReachable
    {
        get
        {
            lock (_lock)
            {
                return _isReachable;
            }
        }
    }

    public void Start() => _loop = Task.Run(() => RunAsync(_stopping.Token));

    /// <summary>Makes the next round begin at once.</summary>
    public void Wake() => _wake.Set();

    /// <summary>Merges all that is undecided now, in the next round, which begins at once.</summary>
    /// <returns>False when the others could not be told.</returns>
    public Task<bool> ShareAsync(CancellationToken cancellationToken)
    {
        var waiting = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_hasEnded)
            {
                return Task.FromResult(false);
            }

            _waiting.Add(waiting);
        }

        _wake.Set();
        return waiting.Task.WaitAsync(cancellationToken);
    }

    /// <summary>The replicas. While somebody asks, the notes of the others are read, within a second; before that the last that is known is said.</summary>
    public FleetState Describe()
    {
        if (_notes.Look())
        {
            _wake.Set();
        }

        return new FleetState(_store.Name, IsReachable == true, _notes.Replicas());
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _loop;
        if (_isReachable == true)
        {
            using var enough = new CancellationTokenSource(Farewell, _clock.Time);
            await Guarded.RunAsync(async () => await _notes.ForgetAsync(enough.Token));
        }
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await RoundAsync(cancellationToken);
            try
            {
                await _wake.WaitAsync(_isStarting ? AtStart : Interval, _clock.Time, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                // Stopping is the only way out.
            }
        }

        foreach (var waiting in TakeWaiting(isLast: true))
        {
            waiting.TrySetResult(false);
        }
    }

    /// <summary>One exchange. Never fails; the loop alone calls it, or a test that has no loop.</summary>
    internal async Task RoundAsync(CancellationToken cancellationToken)
    {
        var waiting = TakeWaiting();
        Exception? failure = null;
        try
        {
            using var enough = new CancellationTokenSource(Patience, _clock.Time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(enough.Token, cancellationToken);
            await _exchange.RunAsync(either.Token);
        }
#pragma warning disable CA1031 // The loop survives every round; a store is other people's code.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            failure = exception;
        }

        bool? before;
        lock (_lock)
        {
            before = _isReachable;
            _isReachable = failure is null;
        }

        foreach (var one in waiting)
        {
            one.TrySetResult(failure is null);
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return;
        }

        _isStarting = IsStarting();
        if (failure is null)
        {
            await TellAsync(cancellationToken);
        }

        if (failure is not null && before != false)
        {
            Guarded.Run(() => LogAway(_logger, _store.Name, failure is OperationCanceledException ? "no answer within a second" : failure.Message));
        }
        else if (failure is null && before == false)
        {
            Guarded.Run(() => LogBack(_logger, _store.Name));
        }
    }

    /// <summary>Nothing depends on the notes but what people see, so this may fail.</summary>
    private async Task TellAsync(CancellationToken cancellationToken)
    {
        using var enough = new CancellationTokenSource(Patience, _clock.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(enough.Token, cancellationToken);
        await Guarded.RunAsync(async () => await _notes.ExchangeAsync(either.Token));
    }

    /// <summary>Whether a database chooses no writer yet because the others have not been heard. When they cannot be, it goes on without.</summary>
    private bool IsStarting()
    {
        var waiting = _databases().Where(database => database.Hold.State.IsUnasked).ToList();
        if (_isReachable == true || _clock.Now - _startedAt < FirstPatience)
        {
            return waiting.Count > 0;
        }

        foreach (var database in waiting)
        {
            database.Hold.GoOnAlone();
            database.FollowHold();
        }

        return false;
    }

    private List<TaskCompletionSource<bool>> TakeWaiting(bool isLast = false)
    {
        lock (_lock)
        {
            _hasEnded = isLast;
            var waiting = _waiting;
            _waiting = [];
            return waiting;
        }
    }

    [LoggerMessage(1460, LogLevel.Warning, "The other replicas cannot be told or heard through '{Store}' ({Reason}). The last known decisions count; what is decided here counts here, and is told later")]
    private static partial void LogAway(ILogger logger, string store, string reason);

    [LoggerMessage(1461, LogLevel.Information, "The other replicas are told and heard through '{Store}' again")]
    private static partial void LogBack(ILogger logger, string store);
}
