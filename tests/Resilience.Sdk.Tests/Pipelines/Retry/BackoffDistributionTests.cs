using Resilience.Pipelines.Retry;

namespace Resilience.Sdk.Tests.Pipelines.Retry;

/// <summary>Pauses of random options: their distribution, and the bounds that hold for all of them.</summary>
public sealed class BackoffDistributionTests
{
    private const int Draws = 4000;

    [Theory]
    [InlineData(101)]
    [InlineData(102)]
    [InlineData(103)]
    public void FullJitter_AnyDelayCapAndRepeat_IsUniformUpToTheBoundedExponential(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 60; round++)
        {
            var options = AnyOptions(random) with { Jitter = JitterKind.Full };
            var repeat = random.Next(12);
            var highest = Math.Min(options.MaxDelay!.Value.TotalMilliseconds, options.Delay.TotalMilliseconds * Math.Pow(2, repeat));

            var distance = Uniformity.Distance(Enumerable.Range(0, Draws).Select(_ =>
                Backoff.Delay(options, repeat, TimeSpan.FromMilliseconds(random.Next(10_000)), random.NextDouble()).TotalMilliseconds / highest));

            Assert.True(distance < Uniformity.Limit, $"seed {seed}, round {round}: distance {distance:F2}, repeat {repeat} of {options}");
        }
    }

    [Theory]
    [InlineData(201)]
    [InlineData(202)]
    public void Decorrelated_WholeChains_AreUniformFromTheFirstToThreeTimesThePrevious(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 60; round++)
        {
            var options = AnyOptions(random) with { Jitter = JitterKind.Decorrelated };
            var (first, cap) = (options.Delay.TotalMilliseconds, options.MaxDelay!.Value.TotalMilliseconds);
            var (previous, shares) = (TimeSpan.Zero, new List<double>(Draws));
            for (var repeat = 0; repeat < Draws; repeat++)
            {
                var highest = Math.Min(cap, 3 * Math.Max(first, previous.TotalMilliseconds));
                previous = Backoff.Delay(options, repeat, previous, random.NextDouble());
                Assert.InRange(previous.TotalMilliseconds, first, cap);
                shares.Add(highest > first ? (previous.TotalMilliseconds - first) / (highest - first) : random.NextDouble());
            }

            var distance = Uniformity.Distance(shares);

            Assert.True(distance < Uniformity.Limit, $"seed {seed}, round {round}: distance {distance:F2} of {options}");
        }
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    public void Pause_OfAnyRepeat_IsWithinMaxDelayTheDeadlineAndWhatWasAsked(int seed)
    {
        var random = new Random(seed);
        var repeated = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var options = AnyOptions(random) with
            {
                UseJitter = random.Next(3) > 0,
                BackoffType = (BackoffType)random.Next(3),
                ShouldRetryAfterHeader = random.Next(4) > 0,
                MaxRetryAttempts = 100,
            };
            var attempt = new FinishedAttempt
            {
                Result = random.Next(2) == 0 ? AttemptResult.Failure : AttemptResult.Overloaded,
                Repeats = random.Next(100),
                Idempotent = true,
                Replayable = true,
                RetryAfter = random.Next(2) == 0 ? TimeSpan.FromMilliseconds(random.Next(5000)) : null,
                Remaining = random.Next(3) > 0 ? TimeSpan.FromMilliseconds(random.Next(-10, 5000)) : null,
                PreviousDelay = TimeSpan.FromMilliseconds(random.Next(5000)),
                Random = random.NextDouble(),
            };

            var decision = RetryRules.Decide(options, attempt);

            var told = $"seed {seed}, round {round}: {decision} after {attempt} by {options}";
            Assert.True(decision.After >= TimeSpan.Zero && decision.After <= options.MaxDelay, told);
            repeated += decision.Repeats ? 1 : 0;
            if (decision.Repeats)
            {
                Assert.True(attempt.Remaining is not { } remaining || decision.After < remaining, told);
                Assert.True(!options.ShouldRetryAfterHeader || attempt.RetryAfter is not { } asked || decision.After >= asked, told);
            }
        }

        Assert.InRange(repeated, 2000, 19_000);
    }

    private static RetryOptions AnyOptions(Random random)
    {
        var delay = random.Next(1, 2000);
        return new RetryOptions
        {
            Delay = TimeSpan.FromMilliseconds(delay),
            MaxDelay = TimeSpan.FromMilliseconds(delay * Math.Pow(2, random.NextDouble() * 8)),
            BackoffType = BackoffType.Exponential,
        };
    }
}
