using System.Net;
using Resilience.Pipelines;
using Resilience.Pipelines.Bulkhead;
using Resilience.Pipelines.CircuitBreaker;
using Resilience.Pipelines.Retry;
using Resilience.Pipelines.Timeouts;
using Xunit.Abstractions;

namespace Resilience.Sdk.Tests.Pipelines.Simulations;

/// <summary>
/// Random scripts of calls, latencies, failures, hangs, Retry-After and queues through the whole pipeline: no call ends later
/// than one tick of a timer, 1 ms, after its deadline, the total time-out or what its caller has left; and no attempt begins
/// after it. Attempts heed their token, as the contract of a call asks.
/// </summary>
public sealed class DeadlinePropertyTests(ITestOutputHelper output)
{
    private const int Scripts = 300;
    private const int Calls = 40;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    [Theory]
    [InlineData(1000)]
    [InlineData(2000)]
    [InlineData(3000)]
    public void AnyScript_NoCallOverrunsItsDeadlineByMoreThanATick(int firstSeed)
    {
        var (latest, late, attempts) = (TimeSpan.MinValue, 0, 0);
        for (var seed = firstSeed; seed < firstSeed + Scripts; seed++)
        {
            var script = new Script(seed);
            script.Run();
            latest = script.Latest > latest ? script.Latest : latest;
            late += script.EndedAtTheDeadline;
            attempts += script.Attempts;
        }

        output.WriteLine($"seeds {firstSeed} to {firstSeed + Scripts - 1}: {Scripts * Calls} calls, {attempts} attempts, {late} ended at their deadline, the latest {latest.TotalMilliseconds:F3} ms after it");

        // Many must come to their deadline, or little is shown.
        Assert.True(late > Scripts * Calls / 20, $"only {late} calls came to their deadline");
    }

    private sealed class Script
    {
        private readonly Simulation _time = new();
        private readonly Random _random;
        private readonly DependencyOptions _options;
        private readonly Dependency _dependency;
        private readonly List<string> _problems = [];
        private readonly int _seed;
        private int _ended;

        public Script(int seed)
        {
            (_seed, _random) = (seed, new Random(seed));
            var total = Milliseconds(20, 5000);
            _options = new DependencyOptions
            {
                TotalRequestTimeout = new TimeoutOptions { Timeout = total },
                AttemptTimeout = new TimeoutOptions { Enabled = _random.Next(4) > 0, Timeout = total * _random.NextDouble() },
                Retry = new RetryOptions
                {
                    MaxRetryAttempts = _random.Next(6),
                    Delay = total * (_random.NextDouble() / 3),
                    MaxDelay = total * 2,
                    UseJitter = _random.Next(3) > 0,
                    Jitter = (JitterKind)_random.Next(2),
                    BackoffType = (BackoffType)_random.Next(3),
                    Budget = _random.Next(2) == 0 ? new RetryBudgetOptions() : null,
                },
                CircuitBreaker = new CircuitBreakerOptions { Mode = _random.Next(2) == 0 ? CircuitBreakerMode.Disabled : CircuitBreakerMode.Enforce, BreakDuration = total, MaxBreakDuration = total * 2 },
                Bulkhead = new BulkheadOptions { PermitLimit = _random.Next(1, 6), QueueLimit = _random.Next(20), MaxQueueWait = total * (2 * _random.NextDouble()) },
            };
            _dependency = new Dependency("dependency", _options, _time, () => new Random(seed));
        }

        public TimeSpan Latest { get; private set; } = TimeSpan.MinValue;

        public int EndedAtTheDeadline { get; private set; }

        public int Attempts { get; private set; }

        public void Run()
        {
            for (var call = 0; call < Calls; call++)
            {
                _time.MoveTo(_time.Now + (_options.TotalRequestTimeout.Timeout * (_random.NextDouble() / 4)));
                _time.Run(() => _ = CallAsync());
            }

            _time.MoveTo(_time.Now + (_options.TotalRequestTimeout.Timeout * 3));
            Assert.True(_ended == Calls, $"seed {_seed}: {Calls - _ended} of {Calls} calls have not ended");
            Assert.True(_problems.Count == 0, $"seed {_seed}: {string.Join("; ", _problems)}");
        }

        private async Task CallAsync()
        {
            TimeSpan? callers = _random.Next(3) == 0 ? _options.TotalRequestTimeout.Timeout * (1.5 * _random.NextDouble()) : null;
            using var scope = callers is { } limit ? CallDeadline.Begin(limit, _time) : null;
            var deadline = _time.Now + (callers < _options.TotalRequestTimeout.Timeout ? callers.Value : _options.TotalRequestTimeout.Timeout);
            await Record.ExceptionAsync(async () => await _dependency.ExecuteAsync(token => AttemptAsync(deadline, token)));

            _ended++;
            var over = _time.Now - deadline;
            Latest = over > Latest ? over : Latest;
            EndedAtTheDeadline += over >= TimeSpan.Zero ? 1 : 0;
            Expect(over <= Tick, $"a call ended {over} after its deadline");
        }

        private async ValueTask<HttpResponseMessage> AttemptAsync(TimeSpan deadline, CancellationToken token)
        {
            Attempts++;
            Expect(_time.Now <= deadline, $"an attempt began {_time.Now - deadline} after the deadline");
            var total = _options.TotalRequestTimeout.Timeout;
            switch (_random.Next(8))
            {
                case 0:
                    await Task.Delay(Timeout.InfiniteTimeSpan, _time, token);
                    break;
                case < 5:
                    await Task.Delay(total * (1.5 * _random.NextDouble()), _time, token);
                    break;
            }

            var response = new HttpResponseMessage(_random.Next(5) switch
            {
                0 => HttpStatusCode.OK,
                1 => throw new HttpRequestException("Broken."),
                2 => HttpStatusCode.TooManyRequests,
                3 => HttpStatusCode.ServiceUnavailable,
                _ => HttpStatusCode.InternalServerError,
            });
            response.Headers.RetryAfter = _random.Next(3) == 0 ? new(Milliseconds(0, 2 * (int)total.TotalMilliseconds)) : null;
            return response;
        }

        // Nobody sees an exception of a call that runs beside the script.
        private void Expect(bool holds, string problem)
        {
            if (!holds)
            {
                _problems.Add(problem);
            }
        }

        private TimeSpan Milliseconds(int least, int most) => TimeSpan.FromMilliseconds(least + (_random.NextDouble() * (most - least)));
    }
}
