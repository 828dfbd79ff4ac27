using System.Data;
using Npgsql;
using Resilience.Internal;

namespace Resilience.Postgres.Pooling;

/// <summary>
/// The connections to one region: an idle one is opened at once, new ones are made a few at a time and, where that is set, at a rate. A connection that is being
/// made when its caller leaves is finished and kept, so that no work of the server is lost.
/// </summary>
internal sealed class RegionPool : IAsyncDisposable, IDisposable
{
    private static readonly TimeSpan LongestTurn = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestLookup = TimeSpan.FromSeconds(RegionConnectionString.ConnectTimeoutSeconds);

    private readonly NameLookup _name;
    private readonly OpenTurns _turns;
    private readonly TimeProvider _time;
    private CancellationTokenSource _open = new();

    public RegionPool(NpgsqlDataSource source, NameLookup name, int mostOpening, double? opensPerSecond, TimeProvider time)
    {
        Source = source;
        _name = name;
        _turns = new OpenTurns(mostOpening, time, opensPerSecond);
        _time = time;
        Watcher = OnStateChange;
    }

    public NpgsqlDataSource Source { get; }

    /// <summary>For connections that need no other watcher.</summary>
    public StateChangeEventHandler Watcher { get; }

    /// <summary>Whether new connections are made at a rate, so that making some takes its time.</summary>
    public bool IsPaced => _turns.IsPaced;

    /// <summary>Whether callers wait for a connection.</summary>
    public bool HasWaiters => _turns.HasWaiters;

    /// <summary>Cancelled when everybody is turned away who has chosen this region by now.</summary>
    public CancellationToken Gone => Volatile.Read(ref _open).Token;

    /// <summary>Opens a connection; at once and without allocating when one is idle.</summary>
    /// <param name="watcher">Told of the connection's end; it tells <see cref="Returned"/> when the connection is as good as before.</param>
    /// <param name="longest">The longest wait.</param>
    /// <param name="gone"><see cref="Gone"/> of when the caller chose this region.</param>
    /// <param name="cancellationToken">Ends the wait earlier.</param>
    /// <exception cref="TimeoutException">The longest wait was over first.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled, or everybody was turned away.</exception>
    /// <exception cref="NpgsqlException">The connection could not be made.</exception>
    public ValueTask<NpgsqlConnection> OpenAsync(StateChangeEventHandler watcher, TimeSpan longest, CancellationToken gone, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<NpgsqlConnection>(cancellationToken);
        }

        var turn = _turns.TryTake();
        if (turn == OpenTurn.None)
        {
            return WaitAsync(watcher, longest, gone, cancellationToken);
        }

        if (turn == OpenTurn.Make && _name.IsName)
        {
            return FinishAsync(MakeNamedAsync(turn, watcher), longest, gone, cancellationToken);
        }

        // No token: who has left does not undo what the server has begun.
        var opening = Source.OpenConnectionAsync(CancellationToken.None);
        if (!opening.IsCompletedSuccessfully)
        {
            return FinishAsync(MakeAsync(opening, turn, watcher), longest, gone, cancellationToken);
        }

        _turns.FoundIdle(turn);
#pragma warning disable VSTHRD103 // It is completed: nothing blocks.
        var connection = opening.Result;
#pragma warning restore VSTHRD103
        connection.StateChange += watcher;
        return new ValueTask<NpgsqlConnection>(connection);
    }

    /// <summary>The same, blocking the thread, which needs nothing of the thread pool.</summary>
    public NpgsqlConnection Open(StateChangeEventHandler watcher, TimeSpan longest, CancellationToken gone)
    {
        var turn = _turns.TryTake();
        if (turn == OpenTurn.None)
        {
            turn = _turns.Take(longest, gone);
        }

        if (turn == OpenTurn.None)
        {
            throw TooLong(longest);
        }

        // Npgsql does not say whether it takes an idle one here or makes one; the turn ends with the call either way.
        try
        {
            var connection = Source.OpenConnection();
            connection.StateChange += watcher;
            return connection;
        }
        finally
        {
            _turns.Found(turn);
        }
    }

    /// <summary>Many processes are about to make connections to this server at once: this one begins at a moment of its own.</summary>
    /// <param name="phase">Where in the interval of its rate, from 0 to 1.</param>
    public void Scatter(double phase) => _turns.Scatter(phase);

    /// <summary>Takes note of a connection that went back to the pool.</summary>
    public void Returned() => _turns.Returned();

    /// <summary>Ends all waits for a connection: the region is gone, and whoever waits should look where to go.</summary>
    public void TurnAway() => _ = Interlocked.Exchange(ref _open, new CancellationTokenSource()).CancelAsync();

    /// <summary>Forgets the idle connections, off the caller's path: closing them writes to sockets.</summary>
    public void Forget()
    {
        _turns.Forget();
        _ = Task.Run(Source.Clear);
    }

    public void Dispose()
    {
        _turns.Dispose();
        Source.Dispose();
    }

    public ValueTask DisposeAsync()
    {
        _turns.Dispose();
        return Source.DisposeAsync();
    }

    private async ValueTask<NpgsqlConnection> WaitAsync(
        StateChangeEventHandler watcher, TimeSpan longest, CancellationToken gone, CancellationToken cancellationToken)
    {
        var begun = _time.GetTimestamp();
        OpenTurn turn;
        using (var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, gone))
        {
            turn = await _turns.TakeAsync(longest, either.Token);
        }

        if (turn == OpenTurn.None)
        {
            throw TooLong(longest);
        }

        var making = turn == OpenTurn.Make && _name.IsName
            ? MakeNamedAsync(turn, watcher)
            : MakeAsync(Source.OpenConnectionAsync(CancellationToken.None), turn, watcher);
        return await FinishAsync(making, longest - _time.GetElapsedTime(begun), gone, cancellationToken);
    }

    /// <summary>
    /// Npgsql takes a name that does not resolve for a server that is down, and throws away every connection that it has to it,
    /// when they cannot be made anew. So it is asked for a new one only when the name resolves.
    /// </summary>
    private async Task<NpgsqlConnection> MakeNamedAsync(OpenTurn turn, StateChangeEventHandler watcher)
    {
        try
        {
            await _name.ResolveAsync(CancellationToken.None).WaitAsync(LongestLookup, _time);
        }
        catch
        {
            _turns.FoundIdle(turn);
            throw;
        }

        return await MakeAsync(Source.OpenConnectionAsync(CancellationToken.None), turn, watcher);
    }

    /// <summary>Ends the turn, whether anybody still waits for the connection or not.</summary>
    private async Task<NpgsqlConnection> MakeAsync(ValueTask<NpgsqlConnection> opening, OpenTurn turn, StateChangeEventHandler watcher)
    {
        NpgsqlConnection connection;
        if (opening.IsCompletedSuccessfully)
        {
            connection = await opening;
            _turns.FoundIdle(turn);
        }
        else
        {
            // One that never ends must not keep its turn for ever.
            turn = _turns.FoundNone(turn);
            var making = opening.AsTask();
            await ((Task)making).WaitAsync(LongestTurn, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _turns.Made(turn);
            connection = await making;
        }

        connection.StateChange += watcher;
        return connection;
    }

    private async ValueTask<NpgsqlConnection> FinishAsync(
        Task<NpgsqlConnection> making, TimeSpan longest, CancellationToken gone, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, gone);
        return await AbandonedTask.WaitAsync(making, longest > TimeSpan.Zero ? longest : TimeSpan.Zero, _time, either.Token);
    }

    private static TimeoutException TooLong(TimeSpan longest) =>
        new($"No connection of the pool was free within {longest.TotalSeconds:0.###} s, and the server makes new ones too slowly. Shorten what holds connections, or raise Maximum Pool Size, MaxConcurrentOpens or MaxOpensPerSecond.");

    private void OnStateChange(object sender, StateChangeEventArgs change)
    {
        if (change.CurrentState == ConnectionState.Closed && ((NpgsqlConnection)sender).FullState != ConnectionState.Broken)
        {
            Returned();
        }
    }
}
