using Resilience.Postgres;
using Resilience.Postgres.Pooling;
using Resilience.TestKit;

namespace Resilience.Sdk.Tests.Postgres;

/// <summary>Who may open a connection now. The pool behind it is a model here.</summary>
public sealed class OpenTurnsTests
{
    private const int MostOpening = 4;
    private const int Workers = 8;
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task NothingIdle_FourMakeOne_TheFifthWaits()
    {
        var turns = new OpenTurns(MostOpening, _time);
        Assert.All(Enumerable.Range(0, MostOpening), _ => Assert.Equal(OpenTurn.Make, turns.TryTake()));

        Assert.Equal(OpenTurn.None, turns.TryTake());
        var fifth = turns.TakeAsync(TimeSpan.FromSeconds(1), default);
        Assert.False(fifth.IsCompleted);

        turns.Made(turns.FoundNone(OpenTurn.Make));
        Assert.Equal(OpenTurn.Make, await fifth);
    }

    [Fact]
    public async Task WhoeverGivesBackAConnection_ServesTheFirstInLine()
    {
        var turns = new OpenTurns(MostOpening, _time);
        Assert.All(Enumerable.Range(0, MostOpening), _ => Assert.Equal(OpenTurn.Make, turns.TryTake()));
        var first = turns.TakeAsync(TimeSpan.FromSeconds(1), default);
        var second = turns.TakeAsync(TimeSpan.FromSeconds(1), default);

        turns.Returned();

        Assert.Equal(OpenTurn.TakeIdle, await first);
        Assert.False(second.IsCompleted);
        turns.FoundIdle(OpenTurn.TakeIdle);
        Assert.Equal(0, turns.Idle);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(OpenTurn.None, await second);
    }

    [Fact]
    public void ManyIdle_AsManyOpenAtOnce()
    {
        var turns = new OpenTurns(MostOpening, _time);
        for (var i = 0; i < 50; i++)
        {
            turns.Returned();
        }

        var opened = 0;
        while (turns.TryTake() != OpenTurn.None)
        {
            opened++;
        }

        Assert.Equal(50 + MostOpening, opened);
    }

    /// <summary>After the pool was cleared, the count of idle ones must not let a storm through.</summary>
    [Fact]
    public void IdleOnesAreGone_TheFirstToFindNone_TakesTheirTurnsAway()
    {
        var turns = new OpenTurns(MostOpening, _time);
        for (var i = 0; i < 50; i++)
        {
            turns.Returned();
        }

        Assert.Equal(OpenTurn.TakeIdle, turns.TryTake());
        Assert.Equal(OpenTurn.Make, turns.FoundNone(OpenTurn.TakeIdle));
        var more = 0;
        while (turns.TryTake() != OpenTurn.None)
        {
            more++;
        }

        Assert.Equal(MostOpening - 1, more);
    }

    [Fact]
    public void IdleOnesThatWereNotCounted_TakeNoTurnAway()
    {
        var turns = new OpenTurns(MostOpening, _time);
        for (var i = 0; i < 10; i++)
        {
            turns.FoundIdle(turns.TryTake());
        }

        Assert.Equal(OpenTurn.Make, turns.TryTake());
    }

    [Fact]
    public async Task WaiterLeaves_TakesNoTurnWithIt()
    {
        var turns = new OpenTurns(1, _time);
        Assert.Equal(OpenTurn.Make, turns.TryTake());
        using var leaves = new CancellationTokenSource();
        var waiting = turns.TakeAsync(TimeSpan.FromSeconds(1), leaves.Token);
        await leaves.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await waiting);

        turns.Made(OpenTurn.Make);

        Assert.Equal(OpenTurn.Make, turns.TryTake());
    }

    /// <summary>A connection that comes back to somebody who has just left is not lost, and adds no turn to make one.</summary>
    [Fact]
    public async Task ConnectionComesBack_WaiterHasLeft_ItIsThereForTheNext()
    {
        var turns = new OpenTurns(1, _time);
        Assert.Equal(OpenTurn.Make, turns.TryTake());
        var waiting = turns.TakeAsync(TimeSpan.FromSeconds(1), default);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(OpenTurn.None, await waiting);

        turns.Returned();

        Assert.Equal(OpenTurn.TakeIdle, turns.TryTake());
        Assert.Equal(OpenTurn.None, turns.TryTake());
    }

    /// <summary>Who was lent a turn for a connection that is no more makes one, and the turn is not there twice.</summary>
    [Fact]
    public async Task LentTurn_ConnectionIsGone_DoesNotRaiseTheLimit()
    {
        var turns = new OpenTurns(1, _time);
        Assert.Equal(OpenTurn.Make, turns.TryTake());
        var waiting = turns.TakeAsync(TimeSpan.FromSeconds(1), default);
        turns.Returned();
        turns.Made(turns.FoundNone(await waiting));
        turns.Made(OpenTurn.Make);

        Assert.Equal(OpenTurn.Make, turns.TryTake());
        Assert.Equal(OpenTurn.None, turns.TryTake());
    }

    /// <summary>A caller that blocks its thread is served as the others are, and leaves no turn behind that it had been lent.</summary>
    [Fact]
    public async Task BlockedCallers_AreServedInLine_AndTheLimitStays()
    {
        var turns = new OpenTurns(1, TimeProvider.System);
        for (var round = 0; round < 50; round++)
        {
            Assert.Equal(OpenTurn.Make, turns.TryTake());
            var blocked = Task.Factory.StartNew(
                () =>
                {
                    var turn = turns.Take(TimeSpan.FromSeconds(30), default);
                    turns.FoundIdle(turn);
                    return turn;
                },
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default);
            turns.Returned();
            Assert.Equal(OpenTurn.Make, await blocked);
            turns.Made(OpenTurn.Make);
            while (turns.Idle > 0)
            {
                turns.FoundIdle(turns.TryTake());
            }
        }

        Assert.Equal(OpenTurn.Make, turns.TryTake());
        Assert.Equal(OpenTurn.None, turns.TryTake());
#pragma warning disable VSTHRD103 // What blocks is what is tested.
        Assert.Equal(OpenTurn.None, turns.Take(TimeSpan.FromMilliseconds(20), default));
        Assert.Equal(OpenTurn.None, turns.Take(TimeSpan.Zero, default));
#pragma warning restore VSTHRD103
    }

    /// <summary>Whatever threads do to a pool, and whenever it is cleared: all turns are there in the end, and no more.</summary>
    [Fact]
    public async Task Threads_OpeningAndReturningAndClearing_LoseAndGainNoTurn()
    {
        var turns = new OpenTurns(MostOpening, TimeProvider.System);
        var pool = new Pool();
        var workers = Enumerable.Range(0, Workers).Select(seed => Task.Run(async () =>
        {
            var random = new Random(seed);
            for (var i = 0; i < 20_000; i++)
            {
                var turn = turns.TryTake();
                turn = turn == OpenTurn.None ? await turns.TakeAsync(TimeSpan.FromSeconds(30), default) : turn;
                Assert.NotEqual(OpenTurn.None, turn);
                if (pool.TryTakeIdle())
                {
                    turns.FoundIdle(turn);
                }
                else
                {
                    turn = turns.FoundNone(turn);
                    pool.Make();
                    turns.Made(turn);
                }

                if (random.Next(10) > 0)
                {
                    pool.Return();
                    turns.Returned();
                }

                if (random.Next(1000) == 0)
                {
                    pool.Clear();
                }
            }
        })).ToList();
        await Task.WhenAll(workers);

        pool.Clear();
        turns.Made(turns.FoundNone(turns.TryTake()));
        var free = 0;
        while (turns.TryTake() != OpenTurn.None)
        {
            free++;
        }

        Assert.Equal(MostOpening, free);
        Assert.InRange(pool.MostMaking, 1, MostOpening + Workers);
    }

    private sealed class Pool
    {
        private int _idle;
        private int _making;
        private int _mostMaking;

        public int MostMaking => Volatile.Read(ref _mostMaking);

        public bool TryTakeIdle()
        {
            for (var idle = Volatile.Read(ref _idle); idle > 0; idle = Volatile.Read(ref _idle))
            {
                if (Interlocked.CompareExchange(ref _idle, idle - 1, idle) == idle)
                {
                    return true;
                }
            }

            return false;
        }

        public void Make()
        {
            var making = Interlocked.Increment(ref _making);
            for (var most = MostMaking; making > most && Interlocked.CompareExchange(ref _mostMaking, making, most) != most; most = MostMaking)
            {
                // Another thread wrote first.
            }

            Interlocked.Decrement(ref _making);
        }

        public void Return() => Interlocked.Increment(ref _idle);

        public void Clear() => Interlocked.Exchange(ref _idle, 0);
    }
}
