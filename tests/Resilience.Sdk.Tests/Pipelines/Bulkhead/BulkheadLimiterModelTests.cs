using Resilience.Pipelines.Bulkhead;
using Resilience.TestKit;
using Xunit.Abstractions;

namespace Resilience.Sdk.Tests.Pipelines.Bulkhead;

/// <summary>Random calls, one at a time, against a reference that is plain lists: after every step each call stands where it does there.</summary>
public sealed class BulkheadLimiterModelTests(ITestOutputHelper output)
{
    private readonly ManualTimeProvider _time = new();
    private readonly List<Call> _waiting = [];
    private BulkheadOptions _options = new() { PermitLimit = 3, QueueLimit = 4 };
    private TimeSpan _now;
    private int _out;
    private int _rejected;

    [Fact]
    public void Limiter_DoesAsTheReference()
    {
        for (var seed = 8000; seed < 8040; seed++)
        {
            output.WriteLine($"seed {seed}");
            Run(new Random(seed));
        }
    }

    private void Run(Random random)
    {
        (_out, _rejected) = (0, 0);
        var limiter = new BulkheadLimiter(_options, _time, random.Next(1, 5));
        var calls = new List<Call>();
        for (var step = 0; step < 400; step++)
        {
            switch (random.Next(9))
            {
                case < 4:
                    calls.Add(Arrive(limiter, (CallPriority)random.Next(-1, 2), TimeSpan.FromMilliseconds(random.Next(0, 30))));
                    break;
                case < 6 when _out > 0:
                    limiter.Release();
                    _out--;
                    Admit();
                    break;
                case 6 when _waiting.Count > 0:
                    Cancel(_waiting[random.Next(_waiting.Count)]);
                    break;
                case 7:
                    Pass(TimeSpan.FromMilliseconds(random.Next(0, 10)));
                    break;
                default:
                    _options = _options with { PermitLimit = random.Next(1, 6), QueueLimit = random.Next(0, 5) };
                    limiter.Apply(_options);
                    Admit();
                    break;
            }

            Assert.All(calls, call => Assert.Equal(call.Expected, call.Actual));
            Assert.Equal(new LimiterSnapshot(_options.PermitLimit, _out, _waiting.Count, _rejected), limiter.Snapshot());
        }

        Pass(TimeSpan.FromSeconds(1));
        Assert.Empty(_time.Timers);
    }

    private Call Arrive(BulkheadLimiter limiter, CallPriority priority, TimeSpan wait)
    {
        var call = new Call(priority, _now + wait);
        call.Task = limiter.AcquireAsync(priority, wait, call.Source.Token).AsTask();
        if (_waiting.Count == 0 && _out < _options.PermitLimit)
        {
            call.Expected = "granted";
            _out++;
            return call;
        }

        if (wait == TimeSpan.Zero || _options.QueueLimit == 0)
        {
            Reject(call);
        }
        else if (_waiting.Count < _options.QueueLimit)
        {
            _waiting.Add(call);
        }
        else if (_waiting.Where(other => other.Priority < priority).OrderBy(other => other.Priority).ThenByDescending(_waiting.IndexOf).FirstOrDefault() is { } shed)
        {
            _waiting.Remove(shed);
            Reject(shed);
            _waiting.Add(call);
        }
        else
        {
            Reject(call);
        }

        return call;
    }

    private void Admit()
    {
        while (_out < _options.PermitLimit && _waiting.OrderByDescending(call => call.Priority).FirstOrDefault() is { } next)
        {
            _waiting.Remove(next);
            next.Expected = "granted";
            _out++;
        }
    }

    private void Cancel(Call call)
    {
        call.Source.Cancel();
        call.Expected = "cancelled";
        _waiting.Remove(call);
    }

    private void Pass(TimeSpan time)
    {
        _time.Advance(time);
        _now += time;
        foreach (var call in _waiting.Where(call => call.Until <= _now).ToList())
        {
            _waiting.Remove(call);
            Reject(call);
        }
    }

    private void Reject(Call call)
    {
        call.Expected = "refused";
        _rejected++;
    }

    private sealed class Call(CallPriority priority, TimeSpan until)
    {
        public CallPriority Priority { get; } = priority;

        public TimeSpan Until { get; } = until;

        public CancellationTokenSource Source { get; } = new();

        public Task<bool> Task { get; set; } = null!;

        public string Expected { get; set; } = "waiting";

        public string Actual => !Task.IsCompleted ? "waiting" : Task.IsCanceled ? "cancelled" : Task is { Result: true } ? "granted" : "refused";
    }
}
