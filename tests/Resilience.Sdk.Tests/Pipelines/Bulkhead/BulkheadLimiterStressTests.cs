using Resilience.Pipelines.Bulkhead;
using Resilience.TestKit;
using Xunit.Abstractions;

namespace Resilience.Sdk.Tests.Pipelines.Bulkhead;

/// <summary>Many threads at once. Each test ends when every call has its answer, and then counts the permits.</summary>
public sealed class BulkheadLimiterStressTests(ITestOutputHelper output)
{
    private const int Threads = 64;
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 4)]
    [InlineData(40, 16)]
    public void Acquire_FromManyThreads_NeverExceedsTheLimitAndLosesNoWaiter(int limit, int stripes)
    {
        var limiter = new BulkheadLimiter(new BulkheadOptions { PermitLimit = limit, QueueLimit = Threads }, new ManualTimeProvider(), stripes);
        var held = 0;
        var most = 0;
        var granted = 0;

        Crowd.Run(Threads, thread =>
        {
            for (var i = 0; i < 200; i++)
            {
                // No time passes and the queue has room for all, so every call must be granted.
                if (!Answer(limiter.AcquireAsync((CallPriority)((i + thread) % 3 - 1), Long, default)))
                {
                    continue;
                }

                Raise(ref most, Interlocked.Increment(ref held));
                Interlocked.Increment(ref granted);
                if (i % 8 == 0)
                {
                    Thread.Yield();
                }

                Interlocked.Decrement(ref held);
                limiter.Release();
            }
        });

        output.WriteLine($"most held at once {most}");
        Assert.InRange(most, 1, limit);
        Assert.Equal(Threads * 200, granted);
        AssertAllReturned(limiter, limit);
    }

    [Theory]
    [InlineData(7001)]
    [InlineData(7002)]
    [InlineData(7003)]
    public void Acquire_WhileGrantsRaceCancellationAndExpiry_SettlesEachWaiterOnce(int seed)
    {
        const int Limit = 3;
        output.WriteLine($"seed {seed}");
        var time = new ManualTimeProvider();
        var options = new BulkheadOptions { PermitLimit = Limit, QueueLimit = 8 };
        var limiter = new BulkheadLimiter(options, time, 4);
        var held = 0;
        var most = 0;
        var outcomes = new int[3];
        var running = 12;

        Crowd.Run(running + 1, thread =>
        {
            if (thread == 12)
            {
                // Time passes as long as anybody may wait for it.
                while (Volatile.Read(ref running) > 0)
                {
                    time.Advance(TimeSpan.FromMilliseconds(1));
                    Thread.Yield();
                }

                return;
            }

            var random = new Random(seed + thread);
            for (var i = 0; i < 600; i++)
            {
                using var source = new CancellationTokenSource();
                var call = limiter.AcquireAsync((CallPriority)random.Next(-1, 2), TimeSpan.FromMilliseconds(random.Next(1, 6)), source.Token).AsTask();
                if (random.Next(2) == 0)
                {
                    Thread.SpinWait(random.Next(200));
                    source.Cancel();
                }

                if (Outcome(call) is var outcome && outcome == 0)
                {
                    Raise(ref most, Interlocked.Increment(ref held));
                    Thread.SpinWait(random.Next(400));
                    Interlocked.Decrement(ref held);
                    limiter.Release();
                }

                Interlocked.Increment(ref outcomes[outcome]);
            }

            Interlocked.Decrement(ref running);
        });

        output.WriteLine($"granted {outcomes[0]}, refused {outcomes[1]}, cancelled {outcomes[2]}");
        Assert.InRange(most, 1, Limit);
        Assert.Equal(12 * 600, outcomes.Sum());
        Assert.Equal(outcomes[1], limiter.Snapshot().Rejected);
        Assert.Empty(time.Timers);
        AssertAllReturned(limiter, Limit);
    }

    [Theory]
    [InlineData(7101)]
    [InlineData(7102)]
    public void Apply_WhileCallsRun_KeepsEveryLimit(int seed)
    {
        output.WriteLine($"seed {seed}");
        var options = new BulkheadOptions { PermitLimit = 20, QueueLimit = Threads };
        var limiter = new BulkheadLimiter(options, new ManualTimeProvider(), 4);
        var held = 0;
        var most = 0;
        var running = 16;

        Crowd.Run(running + 1, thread =>
        {
            var random = new Random(seed + thread);
            if (thread == 16)
            {
                while (Volatile.Read(ref running) > 0)
                {
                    limiter.Apply(options with { PermitLimit = random.Next(1, 21) });
                    Thread.Yield();
                }

                return;
            }

            for (var i = 0; i < 2000; i++)
            {
                if (random.Next(2) == 0 ? limiter.TryAcquire() : Answer(limiter.AcquireAsync(CallPriority.Normal, Long, default)))
                {
                    Raise(ref most, Interlocked.Increment(ref held));
                    Interlocked.Decrement(ref held);
                    limiter.Release();
                }
            }

            Interlocked.Decrement(ref running);
        });

        Assert.InRange(most, 1, 20);
        limiter.Apply(options with { PermitLimit = 2 });
        AssertAllReturned(limiter, 2);
    }

    /// <summary>
    /// The limit shrinks while permits go round. Once those above it have come back, it holds: tokens exist only for it.
    /// </summary>
    [Theory]
    [InlineData(7201)]
    [InlineData(7202)]
    public void Apply_LowerLimitWhileCallsRun_HoldsOnceTheSurplusIsBack(int seed)
    {
        output.WriteLine($"seed {seed}");
        var options = new BulkheadOptions { PermitLimit = 12, QueueLimit = 0 };
        var limiter = new BulkheadLimiter(options, new ManualTimeProvider(), 4);
        var held = 0;
        var isLower = false;
        var mostAfter = 0;

        Crowd.Run(12, thread =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                if (thread == 0 && i == 5_000)
                {
                    limiter.Apply(options with { PermitLimit = 3 });
                    Volatile.Write(ref isLower, limiter.Snapshot().InUse <= 3);
                }
                else if (thread == 0 && i > 5_000 && !isLower)
                {
                    Volatile.Write(ref isLower, limiter.Snapshot().InUse <= 3);
                }

                // Read before acquiring, or a permit from before the change would be taken for one from after it.
                var after = Volatile.Read(ref isLower);
                if (limiter.TryAcquire())
                {
                    var now = Interlocked.Increment(ref held);
                    if (after)
                    {
                        Raise(ref mostAfter, now);
                    }

                    Interlocked.Decrement(ref held);
                    limiter.Release();
                }
            }
        });

        Assert.InRange(mostAfter, 0, 3);
        AssertAllReturned(limiter, 3);
    }

    private static bool Answer(ValueTask<bool> call) => Outcome(call.AsTask()) == 0;

    private static int Outcome(Task<bool> call)
    {
        // Not a continuation, which would need a thread of a pool that other tests keep busy.
        Assert.True(((IAsyncResult)call).AsyncWaitHandle.WaitOne(TimeSpan.FromSeconds(60)), "A waiter was lost.");
        return call.IsCanceled ? 2 : call is { Result: true } ? 0 : 1;
    }

    private static void Raise(ref int most, int value)
    {
        int seen;
        while (value > (seen = Volatile.Read(ref most)) && Interlocked.CompareExchange(ref most, value, seen) != seen)
        {
        }
    }

    private static void AssertAllReturned(BulkheadLimiter limiter, int limit)
    {
        var end = limiter.Snapshot();
        Assert.Equal((limit, 0, 0), (end.Limit, end.InUse, end.Queued));
        Assert.Equal(limit, Enumerable.Range(0, limit + 5).Count(_ => limiter.TryAcquire()));
    }
}
