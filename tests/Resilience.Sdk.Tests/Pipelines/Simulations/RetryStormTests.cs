using System.Globalization;
using Resilience.Pipelines;
using Resilience.Pipelines.Bulkhead;
using Resilience.Pipelines.CircuitBreaker;
using Resilience.Pipelines.Retry;
using Resilience.Pipelines.Timeouts;
using Resilience.Sdk.Tests.Pipelines.Peers;
using Xunit.Abstractions;

namespace Resilience.Sdk.Tests.Pipelines.Simulations;

/// <summary>
/// A server that can answer 200 calls per second is away for 30 s and comes back. "2x load" means that users begin twice as
/// many calls as the server can answer, 400 per second (Poisson), before, during and after the outage, and never slow down:
/// half of them cannot be served, and all depends on the others not being ruined by them. Goodput is answers that reached a
/// caller within its total time-out of 5 s, over what the server can answer.
/// </summary>
/// <remarks>
/// Time-outs (2 s, 5 s), pauses (from 200 ms) and breaks (5 s) are the same on both sides; ours otherwise has its defaults,
/// the peer those of the standard handler. With the default break of 30 s, which doubles, what is left of the break when the
/// server returns comes on top of the 10 s.
/// </remarks>
public sealed class RetryStormTests(ITestOutputHelper output)
{
    private const int Before = 10;
    private const int Away = 30;
    private const int Returns = Before + Away;
    private const int Window = 5;
    private const double Recovered = 0.9;

    private static readonly DependencyOptions Ours = new()
    {
        TotalRequestTimeout = new TimeoutOptions { Timeout = TimeSpan.FromSeconds(5) },
        AttemptTimeout = new TimeoutOptions { Timeout = TimeSpan.FromSeconds(2) },
        CircuitBreaker = new CircuitBreakerOptions { BreakDuration = TimeSpan.FromSeconds(5), MaxBreakDuration = TimeSpan.FromSeconds(5) },
    };

    private static readonly DependencyOptions Peer = DependencyPresets.Of(DependencyPreset.Microsoft) with
    {
        TotalRequestTimeout = Ours.TotalRequestTimeout,
        AttemptTimeout = Ours.AttemptTimeout,
        Retry = DependencyPresets.Of(DependencyPreset.Microsoft).Retry with { Delay = Ours.Retry.Delay },
    };

    public static TheoryData<int, Outage, BulkheadMode> Cases()
    {
        var cases = new TheoryData<int, Outage, BulkheadMode>();
        foreach (var seed in Enumerable.Range(1, 5))
        {
            foreach (var outage in new[] { Outage.Refuses, Outage.Hangs })
            {
                cases.Add(seed, outage, BulkheadMode.Fixed);
                cases.Add(seed, outage, BulkheadMode.Adaptive);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Ours_GoodputIsBackWithinTenSeconds(int seed, Outage outage, BulkheadMode mode)
    {
        var run = Run(seed, outage, seconds: Returns + 60, time => Contender.Ours(Ours with { Bulkhead = new BulkheadOptions { Mode = mode } }, time, seed));

        Assert.True(run.Lowest(Returns + 10) >= Recovered, run.ToString());
        Assert.True(run.Lowest(2, Before) >= Recovered, run.ToString());
    }

    [Theory]
    [InlineData(1, Outage.Refuses)]
    [InlineData(2, Outage.Hangs)]
    [InlineData(3, Outage.Refuses)]
    [InlineData(4, Outage.Hangs)]
    public void OurDefaults_GoodputIsBackWithinTenSecondsOfTheBreak(int seed, Outage outage)
    {
        var run = Run(seed, outage, seconds: Returns + 150, time => Contender.Ours(new DependencyOptions(), time, seed));

        var tried = run.FirstAnswer(Returns);
        Assert.True(tried - Returns <= 66, run.ToString());
        Assert.True(run.Lowest(tried + 10) >= Recovered, run.ToString());
    }

    /// <summary>The simulation must be able to fail.</summary>
    [Fact]
    public void Ours_WithoutTheBulkhead_GoodputIsNotBack()
    {
        var run = Run(seed: 1, Outage.Refuses, seconds: Returns + 20, time => Contender.Ours(Ours with { Bulkhead = new BulkheadOptions { PermitLimit = 100_000 } }, time));

        Assert.True(run.Lowest(Returns + 10) < 0.5, run.ToString());
    }

    /// <summary>Its breaker opens and closes for ever: every time it closes, the queue fills until calls time out.</summary>
    [Theory]
    [InlineData(1, Outage.Refuses)]
    [InlineData(2, Outage.Hangs)]
    public void Peer_GoodputIsNotBack(int seed, Outage outage)
    {
        var run = Run(seed, outage, seconds: Returns + 30, time => Contender.Peer(Peer, time));

        Assert.True(run.Mean(Returns + 10) < 0.7, run.ToString());
        Assert.True(run.Lowest(Returns + 10) < 0.3, run.ToString());
    }

    private Goodput Run(int seed, Outage outage, int seconds, Func<Simulation, Contender> make)
    {
        var time = new Simulation();
        var server = new SimulatedServer(time, workers: 4, TimeSpan.FromMilliseconds(20), queueLimit: 2000, seed);
        var (side, random) = (make(time), new Random(seed));
        var answers = new int[seconds];
        for (var now = TimeSpan.Zero; now.TotalSeconds < seconds; now += TimeSpan.FromSeconds(-Math.Log(1 - random.NextDouble()) / (2 * server.Capacity)))
        {
            time.MoveTo(now);
            time.Run(() => server.Outage = now.TotalSeconds is >= Before and < Returns ? outage : Outage.None);
            time.Run(() => _ = CallAsync());
        }

        var run = new Goodput($"{side}, seed {seed}, {outage}, {server.Attempts} attempts", [.. answers.Select(count => count / server.Capacity)]);
        output.WriteLine(run.ToString());
        return run;

        async Task CallAsync()
        {
            try
            {
                await side.CallAsync(server.CallAsync);
                answers[(int)time.Now.TotalSeconds]++;
            }
#pragma warning disable CA1031 // A call that fails is no answer, whatever the reason.
            catch (Exception)
#pragma warning restore CA1031
            {
                return;
            }
        }
    }

    private sealed record Goodput(string Run, double[] Seconds)
    {
        public int FirstAnswer(int from) => Array.FindIndex(Seconds, from, share => share > 0);

        public double Mean(int from) => Seconds[from..].Average();

        /// <summary>The worst window of five seconds: a single second holds too few calls to be judged to a tenth.</summary>
        public double Lowest(int from, int? to = null) =>
            Enumerable.Range(from, (to ?? Seconds.Length) - Window - from + 1).Min(second => Seconds[second..(second + Window)].Average());

        public override string ToString()
        {
            var back = Enumerable.Range(Returns, Seconds.Length - Window - Returns + 1).FirstOrDefault(second => Seconds[second..(second + Window)].Average() >= Recovered, -1);
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{Run}: goodput {Lowest(2, Before):P0} at least before; first answer {FirstAnswer(Returns) - Returns} s after the return, {Recovered:P0} from {(back < 0 ? -1 : back - Returns)} s on; from 10 s on {Mean(Returns + 10):P0} on average and {Lowest(Returns + 10):P0} at least");
        }
    }
}
