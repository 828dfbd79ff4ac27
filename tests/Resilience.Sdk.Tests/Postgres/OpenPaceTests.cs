using Resilience.Postgres;
using Resilience.Postgres.Pooling;
using Resilience.TestKit;

namespace Resilience.Sdk.Tests.Postgres;

/// <summary>Who may open a connection now when new ones are made at a rate.</summary>
public sealed class OpenPaceTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);
    private readonly ManualTimeProvider _time = new();

    /// <summary>As many as the burst at once, then evenly; never more at once than may be in the making.</summary>
    [Theory]
    [InlineData(1, 4, 0, 1)]
    [InlineData(1, 4, 0.99, 1)]
    [InlineData(1, 4, 1, 2)]
    [InlineData(1, 4, 10, 11)]
    [InlineData(0.25, 4, 3.9, 1)]
    [InlineData(0.25, 4, 8, 3)]
    [InlineData(20, 4, 0, 2)]
    [InlineData(20, 4, 1, 22)]
    [InlineData(40, 4, 0, 4)]
    [InlineData(1000, 4, 0, 4)]
    [InlineData(1000, 100, 0, 100)]
    public void TryTake_NothingIdle_AsManyAsTheRateAllows(double perSecond, int mostMaking, double seconds, int expected)
    {
        using var turns = new OpenTurns(mostMaking, _time, perSecond);
        var step = TimeSpan.FromSeconds(1 / perSecond);
        var made = MakeAll(turns);
        for (var left = TimeSpan.FromSeconds(seconds); left > TimeSpan.Zero; left -= step)
        {
            _time.Advance(left < step ? left : step);
            made += MakeAll(turns);
        }

        Assert.Equal(expected, made);
    }

    /// <summary>Whoever is in line for a new connection gets one that comes back, and the rate is not asked.</summary>
    [Fact]
    public async Task Returned_SomebodyWaitsForTheRate_IsServedAtOnce_AndTheNextNewOneComesNoLater()
    {
        using var turns = new OpenTurns(4, _time, 1);
        turns.Made(turns.FoundNone(turns.TryTake()));
        var first = turns.TakeAsync(Long, default);
        var second = turns.TakeAsync(Long, default);
        Assert.False(first.IsCompleted);

        turns.Returned();
        turns.FoundIdle(await first);
        Assert.False(second.IsCompleted);

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(OpenTurn.Make, await second);
    }

    [Fact]
    public void TryTake_ConnectionsAreIdle_TheRateIsNotAsked()
    {
        using var turns = new OpenTurns(4, _time, 0.01);
        turns.Made(turns.FoundNone(turns.TryTake()));
        turns.Returned();
        for (var i = 0; i < 1000; i++)
        {
            var turn = turns.TryTake();
            Assert.Equal(OpenTurn.TakeIdle, turn);
            turns.FoundIdle(turn);
            turns.Returned();
        }

        Assert.Equal(OpenTurn.TakeIdle, turns.TryTake());
        Assert.Equal(OpenTurn.None, turns.TryTake());
    }

    /// <summary>A turn for which an idle connection was found is there for the next; nothing was made.</summary>
    [Fact]
    public void FoundIdle_TurnToMakeOne_CostsNothing()
    {
        using var turns = new OpenTurns(4, _time, 1);
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(OpenTurn.Make, turns.TryTake());
            turns.FoundIdle(OpenTurn.Make);
        }

        turns.Made(turns.FoundNone(turns.TryTake()));
        Assert.Equal(OpenTurn.None, turns.TryTake());
    }

    /// <summary>Connections that were made because idle ones were gone are made up for.</summary>
    [Fact]
    public void FoundNone_WithoutATurn_TheNextOnesWaitTheLonger()
    {
        using var turns = new OpenTurns(4, _time, 1);
        turns.Returned();
        turns.Returned();
        var (first, second) = (turns.TryTake(), turns.TryTake());
        turns.Made(turns.FoundNone(first));
        turns.Made(turns.FoundNone(second));

        _time.Advance(TimeSpan.FromSeconds(1.9));
        Assert.Equal(OpenTurn.None, turns.TryTake());
        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(OpenTurn.Make, turns.TryTake());
    }

    /// <summary>One that hangs takes one of the turns, and not all.</summary>
    [Fact]
    public void OneIsNeverMade_TheOthersComeAtTheirTime()
    {
        using var turns = new OpenTurns(2, _time, 1);
        Assert.Equal(OpenTurn.Make, turns.FoundNone(turns.TryTake()));
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(OpenTurn.None, turns.TryTake());
            _time.Advance(TimeSpan.FromSeconds(1));
            turns.Made(turns.FoundNone(turns.TryTake()));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.4)]
    [InlineData(1)]
    public void Scatter_TheFirstComesAtThatPartOfTheInterval_TheNextOneIntervalLater(double phase)
    {
        using var turns = new OpenTurns(4, _time, 0.5);
        turns.Scatter(phase);
        if (phase > 0)
        {
            Assert.Equal(OpenTurn.None, turns.TryTake());
            _time.Advance(TimeSpan.FromSeconds(2 * phase));
        }

        turns.Made(turns.FoundNone(turns.TryTake()));
        _time.Advance(TimeSpan.FromSeconds(1.9));
        Assert.Equal(OpenTurn.None, turns.TryTake());
        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(OpenTurn.Make, turns.TryTake());
    }

    /// <summary>A caller that blocks its thread is bound by the rate as the others are.</summary>
    [Fact]
    public void Found_TurnToMakeOne_CountsAsMade()
    {
        using var turns = new OpenTurns(4, _time, 1);
        turns.Found(turns.TryTake());
        Assert.Equal(OpenTurn.None, turns.TryTake());

        turns.Returned();
        turns.Found(turns.TryTake());
        Assert.Equal(OpenTurn.None, turns.TryTake());
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(OpenTurn.Make, turns.TryTake());
    }

    /// <summary>Whatever happens to the pool, no window sees more new connections than the rate and the burst allow, and no turn is lost.</summary>
    [Theory]
    [InlineData(1, 5.0, 4)]
    [InlineData(2, 30.0, 4)]
    [InlineData(3, 200.0, 8)]
    public void RandomUse_NoWindowHasMoreThanTheRateAllows_AndAllTurnsAreThereInTheEnd(int seed, double perSecond, int mostMaking)
    {
        var random = new Random(seed);
        using var turns = new OpenTurns(mostMaking, _time, perSecond);
        var (idle, inUse) = (0, 0);
        var making = new Queue<OpenTurn>();
        var begun = new List<TimeSpan>();
        var now = TimeSpan.Zero;
        for (var i = 0; i < 20_000; i++)
        {
            switch (random.Next(4))
            {
                case 0 when turns.TryTake() is var turn and not OpenTurn.None:
                    if (idle > 0)
                    {
                        idle--;
                        inUse++;
                        turns.FoundIdle(turn);
                    }
                    else
                    {
                        begun.Add(now);
                        making.Enqueue(turns.FoundNone(turn));
                    }

                    break;
                case 1 when making.TryDequeue(out var done):
                    inUse++;
                    turns.Made(done);
                    break;
                case 2 when inUse > 0:
                    // Some are broken and do not come back.
                    inUse--;
                    if (random.Next(3) > 0)
                    {
                        idle++;
                        turns.Returned();
                    }

                    break;
                default:
                    var step = TimeSpan.FromMilliseconds(random.Next(20));
                    _time.Advance(step);
                    now += step;
                    break;
            }
        }

        var window = TimeSpan.FromSeconds(1);
        var burst = OpenRate.Burst(perSecond, mostMaking);
        var most = begun.Select(from => begun.Count(at => at >= from && at < from + window)).Max();
        Assert.InRange(most, 1, (int)(perSecond * 1.05) + burst + 1);
        while (making.TryDequeue(out var done))
        {
            turns.Made(done);
        }

        _time.Advance(Long);
        for (; idle > 0; idle--)
        {
            turns.FoundIdle(turns.TryTake());
        }

        var free = 0;
        while (turns.TryTake() != OpenTurn.None)
        {
            free++;
        }

        Assert.Equal(burst, free);
    }

    private static int MakeAll(OpenTurns turns)
    {
        var made = 0;
        for (var turn = turns.TryTake(); turn != OpenTurn.None; turn = turns.TryTake())
        {
            turns.Made(turns.FoundNone(turn));
            made++;
        }

        return made;
    }
}
