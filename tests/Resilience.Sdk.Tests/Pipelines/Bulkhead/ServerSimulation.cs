using Resilience.Pipelines.Bulkhead;
using Resilience.TestKit;

namespace Resilience.Sdk.Tests.Pipelines.Bulkhead;

/// <summary>
/// Calls arrive at random (Poisson) at a server that works on <c>capacity</c> of them at once and queues the others without
/// bound: the latency rises with every call beyond its capacity. A discrete-event simulation on one thread and a manual clock, repeatable from its seed.
/// </summary>
internal sealed class ServerSimulation(BulkheadLimiter limiter, ManualTimeProvider time, int capacity, int seed)
{
    private readonly Random _random = new(seed);
    private readonly PriorityQueue<Call, TimeSpan> _working = new();
    private readonly Queue<Call> _queue = new();
    private TimeSpan _now;

    /// <summary>How long the server works on a call on average.</summary>
    public TimeSpan Service { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>How the time of work varies from call to call.</summary>
    public Spread Spread { get; init; } = Spread.Exponential;

    /// <summary>The queue from which on the server answers that it is too much; null for never.</summary>
    public int? RefusesAt { get; init; }

    /// <summary>Arrivals over what the server can do.</summary>
    public double Load { get; set; } = 2;

    /// <summary>The most that a call may take to be of use.</summary>
    public TimeSpan Useful { get; set; } = TimeSpan.FromMilliseconds(100);

    private TimeSpan Interval => Service / capacity / Load * Exponential();

    /// <summary>Runs for a while.</summary>
    /// <returns>Useful answers over what the server could give, and the lowest, mean and highest limit, each second.</returns>
    public (double Goodput, int Lowest, double Mean, int Highest) Run(TimeSpan duration)
    {
        var end = _now + duration;
        var possible = duration / Service * capacity;
        var useful = 0;
        var limits = new List<int>();
        var sample = _now;
        var arrival = _now + Interval;
        while (_now < end)
        {
            var isAnswer = _working.TryPeek(out _, out var done) && done <= arrival;
            MoveTo(isAnswer ? done : arrival);
            if (isAnswer)
            {
                useful += Answer() ? 1 : 0;
            }
            else
            {
                Arrive();
                arrival = _now + Interval;
            }

            for (; sample <= _now; sample += TimeSpan.FromSeconds(1))
            {
                limits.Add((int)limiter.Adaptive!.Value.Limit);
            }
        }

        return (useful / possible, limits.Min(), limits.Average(), limits.Max());
    }

    private void MoveTo(TimeSpan moment)
    {
        time.Advance(moment - _now);
        _now = moment;
    }

    private void Arrive()
    {
        if (!limiter.TryAcquire())
        {
            return;
        }

        var call = new Call(_now, time.GetTimestamp());
        if (_working.Count < capacity)
        {
            Work(call);
        }
        else if (_queue.Count >= RefusesAt)
        {
            limiter.Release(PermitOutcome.Overloaded, call.Timestamp, time.GetTimestamp());
        }
        else
        {
            _queue.Enqueue(call);
        }
    }

    private bool Answer()
    {
        var call = _working.Dequeue();
        limiter.Release(PermitOutcome.Answered, call.Timestamp, time.GetTimestamp());
        if (_queue.TryDequeue(out var next))
        {
            Work(next);
        }

        return _now - call.StartedAt <= Useful;
    }

    private void Work(Call call) => _working.Enqueue(call, _now + (Service * Variation()));

    // All have a mean of one.
    private double Variation() => Spread switch
    {
        Spread.None => 1,
        Spread.Exponential => Exponential(),
        _ => Exponential() * (_random.NextDouble() < 0.1 ? 5.5 : 0.5),
    };

    private double Exponential() => -Math.Log(1 - _random.NextDouble());

    private readonly record struct Call(TimeSpan StartedAt, long Timestamp);
}
