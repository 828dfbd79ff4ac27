using System.Data;
using Npgsql;
using Resilience.Internal;

namespace Resilience.Postgres;

/// <summary>
/// The connections to one region: an idle one is opened at once, new ones are made a few at a time. A connection that is being
/// made when its caller leaves is finished and kept, so that no work of the server is lost.
/// </summary>
internal sealed class RegionPool : IAsyncDisposable, IDisposable
{
    private readonly OpenTurns _turns;
    private readonly TimeProvider _time;
    private CancellationTokenSource _open = new();

    public RegionPool(NpgsqlDataSource source, int mostOpening, TimeProvider time)
    {
        Source = source;
        _turns = new OpenTurns(mostOpening, time);
        _time = time;
        Watcher = OnStateChange;
    }

    public NpgsqlDataSource Source { get; }

    /// <summary>For connections that need no other watcher.</summary>
    public StateChangeEventHandler Watcher { get; }

    /// <summary>Opens a connection; at once and without allocating when one is idle.</summary>
    /// <param name="watcher">Told of the connection's end; it tells <see cref="Returned"/> when the connection is as good as before.</param>
    /// <param name="longest">The longest wait.</param>
    /// <param name="cancellationToken">Ends the wait earlier.</param>
    /// <exception cref="TimeoutException">The longest wait was over first.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled, or everybody was turned away.</exception>
    /// <exception cref="NpgsqlException">The connection could not be made.</exception>
    public ValueTask<NpgsqlConnection> OpenAsync(StateChangeEventHandler watcher, TimeSpan longest, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<NpgsqlConnection>(cancellationToken);
        }

        var turn = _turns.TryTake();
        if (turn == OpenTurn.None)
        {
            return WaitAsync(watcher, longest, cancellationToken);
        }

        // No token: who has left does not undo what the server has begun.
        var opening = Source.OpenConnectionAsync(CancellationToken.None);
        if (!opening.IsCompletedSuccessfully)
        {
            return FinishAsync(MakeAsync(opening, turn, watcher), longest, cancellationToken);
        }

        _turns.FoundIdle(turn);
#pragma warning disable VSTHRD103 // It is completed: nothing blocks.
        var connection = opening.Result;
#pragma warning restore VSTHRD103
        connection.StateChange += watcher;
        return new ValueTask<NpgsqlConnection>(connection);
    }

    /// <summary>The same, blocking the thread, which needs nothing of the thread pool.</summary>
    public NpgsqlConnection Open(StateChangeEventHandler watcher, TimeSpan longest)
    {
        var turn = _turns.TryTake();
        if (turn == OpenTurn.None)
        {
#pragma warning disable VSTHRD002 // Blocking is what the caller asked for.
            turn = _turns.TakeAsync(longest, Volatile.Read(ref _open).Token).AsTask().GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
        }

        if (turn == OpenTurn.None)
        {
            throw TooLong(longest);
        }

        // Npgsql does not say whether it takes an idle one here or makes one.
        try
        {
            var connection = Source.OpenConnection();
            connection.StateChange += watcher;
            return connection;
        }
        finally
        {
            _turns.Made(turn);
        }
    }

    /// <summary>Takes note of a connection that went back to the pool.</summary>
    public void Returned() => _turns.Returned();

    /// <summary>Ends all waits for a connection: the region is gone, and whoever waits should look where to go.</summary>
    public void TurnAway() => _ = Interlocked.Exchange(ref _open, new CancellationTokenSource()).CancelAsync();

    /// <summary>Forgets the idle connections, off the caller's path: closing them writes to sockets.</summary>
    public void Forget() => _ = Task.Run(Source.Clear);

    public void Dispose() => Source.Dispose();

    public ValueTask DisposeAsync() => Source.DisposeAsync();

    private async ValueTask<NpgsqlConnection> WaitAsync(StateChangeEventHandler watcher, TimeSpan longest, CancellationToken cancellationToken)
    {
        var begun = _time.GetTimestamp();
        OpenTurn turn;
        using (var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Volatile.Read(ref _open).Token))
        {
            turn = await _turns.TakeAsync(longest, either.Token);
        }

        if (turn == OpenTurn.None)
        {
            throw TooLong(longest);
        }

        var remaining = longest - _time.GetElapsedTime(begun);
        return await FinishAsync(
            MakeAsync(Source.OpenConnectionAsync(CancellationToken.None), turn, watcher),
            remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero,
            cancellationToken);
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
            turn = _turns.FoundNone(turn);
            try
            {
                connection = await opening;
            }
            finally
            {
                _turns.Made(turn);
            }
        }

        connection.StateChange += watcher;
        return connection;
    }

    private async ValueTask<NpgsqlConnection> FinishAsync(Task<NpgsqlConnection> making, TimeSpan longest, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Volatile.Read(ref _open).Token);
        return await AbandonedTask.WaitAsync(making, longest, _time, either.Token);
    }

    private static TimeoutException TooLong(TimeSpan longest) =>
        new($"No connection of the pool was free within {longest.TotalSeconds:0.###} s, and the server makes new ones too slowly. Shorten what holds connections, or raise Maximum Pool Size or MaxConcurrentOpens.");

    private void OnStateChange(object sender, StateChangeEventArgs change)
    {
        if (change.CurrentState == ConnectionState.Closed && ((NpgsqlConnection)sender).FullState != ConnectionState.Broken)
        {
            Returned();
        }
    }
}
