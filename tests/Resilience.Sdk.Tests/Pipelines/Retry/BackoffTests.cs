using FsCheck;
using FsCheck.Fluent;
using Resilience.Pipelines.Retry;

namespace Resilience.Sdk.Tests.Pipelines.Retry;

public sealed class BackoffTests
{
    private static readonly RetryOptions Plain = new() { Delay = TimeSpan.FromMilliseconds(200), MaxDelay = TimeSpan.FromSeconds(1), UseJitter = false };

    [Theory]
    [InlineData(BackoffType.Constant, "200 200 200 200 200")]
    [InlineData(BackoffType.Linear, "200 400 600 800 1000")]
    [InlineData(BackoffType.Exponential, "200 400 800 1000 1000")]
    public void Delay_WithoutJitter_GrowsToTheBound(BackoffType type, string expected)
    {
        var options = Plain with { BackoffType = type };

        Assert.Equal(expected, string.Join(' ', Enumerable.Range(0, 5).Select(repeat => Backoff.Delay(options, repeat, TimeSpan.Zero, 0.5).TotalMilliseconds)));
    }

    [Theory]
    [InlineData(BackoffType.Constant, 0, 150, 250)]
    [InlineData(BackoffType.Linear, 1, 300, 500)]
    [InlineData(BackoffType.Linear, 4, 750, 1000)]
    [InlineData(BackoffType.Exponential, 0, 0, 200)]
    [InlineData(BackoffType.Exponential, 2, 0, 800)]
    [InlineData(BackoffType.Exponential, 60, 0, 1000)]
    public void Delay_WithJitter_SpansTheRange(BackoffType type, int repeat, double lowest, double highest)
    {
        var options = Plain with { BackoffType = type, UseJitter = true };

        Assert.Equal(lowest, Backoff.Delay(options, repeat, TimeSpan.Zero, 0).TotalMilliseconds);
        Assert.Equal(highest, Backoff.Delay(options, repeat, TimeSpan.Zero, 1 - 1e-9).TotalMilliseconds, tolerance: 0.001);
    }

    [Fact]
    public void Delay_Decorrelated_SpansFromTheFirstToThreeTimesThePrevious()
    {
        var options = Plain with { UseJitter = true, Jitter = JitterKind.Decorrelated };

        Assert.Equal(200, Backoff.Delay(options, 0, TimeSpan.Zero, 0).TotalMilliseconds);
        Assert.Equal(400, Backoff.Delay(options, 0, TimeSpan.Zero, 0.5).TotalMilliseconds);
        Assert.Equal(550, Backoff.Delay(options, 1, TimeSpan.FromMilliseconds(300), 0.5).TotalMilliseconds);
        Assert.Equal(600, Backoff.Delay(options, 2, TimeSpan.FromMilliseconds(900), 0.5).TotalMilliseconds);
    }

    [Fact]
    public void Delay_AnyOptions_StaysWithinTheBounds() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(
        AnyOptions().ToArbitrary(),
        (Gen.Choose(0, int.MaxValue).Zip(Gen.Choose(0, 999_999), (repeat, random) => (Repeat: repeat % 2 == 0 ? repeat % 64 : repeat, Random: random / 1e6))).ToArbitrary(),
        Gen.Choose(0, int.MaxValue).ToArbitrary(),
        (options, draw, previous) =>
        {
            var delay = Backoff.Delay(options, draw.Repeat, TimeSpan.FromMilliseconds(previous), draw.Random);
            return delay >= TimeSpan.Zero && delay <= (options.MaxDelay ?? Backoff.Longest)
                && (options.Jitter == JitterKind.Full || options.BackoffType != BackoffType.Exponential || !options.UseJitter || delay >= Min(options.Delay, options.MaxDelay));
        }));

    [Theory]
    [InlineData(1)]
    [InlineData(20250611)]
    public void Delay_FullJitter_IsUniform(int seed)
    {
        const int Draws = 100_000;
        const int Bins = 20;
        var random = new Random(seed);
        var options = Plain with { UseJitter = true };
        var bins = new int[Bins];
        var sum = 0.0;
        for (var i = 0; i < Draws; i++)
        {
            var delay = Backoff.Delay(options, 2, TimeSpan.Zero, random.NextDouble()).TotalMilliseconds;
            sum += delay;
            bins[(int)(delay / 800 * Bins)]++;
        }

        var chiSquare = bins.Sum(count => Math.Pow(count - (Draws / Bins), 2) / (Draws / Bins));
        Assert.True(Math.Abs((sum / Draws) - 400) < 4, $"seed {seed}: mean {sum / Draws} ms");

        // 19 degrees of freedom: 43.8 is exceeded once in a thousand seeds.
        Assert.True(chiSquare < 43.8, $"seed {seed}: chi-square {chiSquare}");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20250611)]
    public void Delay_DecorrelatedAtTheBound_IsStillSpread(int seed)
    {
        var random = new Random(seed);
        var options = Plain with { UseJitter = true, Jitter = JitterKind.Decorrelated };
        var delays = new List<TimeSpan>();
        for (var call = 0; call < 2000; call++)
        {
            var previous = TimeSpan.Zero;
            for (var repeat = 0; repeat < 8; repeat++)
            {
                previous = Backoff.Delay(options, repeat, previous, random.NextDouble());
            }

            delays.Add(previous);
        }

        Assert.True(delays.Distinct().Count() > 1990, $"seed {seed}: pauses coincide");
        Assert.InRange(delays.Average(delay => delay.TotalMilliseconds), 500, 650);
    }

    [Fact]
    public void Delay_SuccessfulRepeats_AllocatesNothing()
    {
        var options = new RetryOptions();
        Measure(options);

        Assert.Equal(0, Measure(options));
    }

    private static long Measure(RetryOptions options)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            _ = Backoff.Delay(options, i % 5, TimeSpan.Zero, 0.3);
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static Gen<RetryOptions> AnyOptions() =>
        from type in Gen.Elements(Enum.GetValues<BackoffType>())
        from jitter in Gen.Elements(Enum.GetValues<JitterKind>())
        from useJitter in Gen.Elements(true, false)
        from delay in Gen.Choose(0, (int)TimeSpan.FromDays(1).TotalMilliseconds)
        from small in Gen.Choose(0, 5000)
        from isSmall in Gen.Elements(true, false)
        from max in Gen.Choose(1, (int)TimeSpan.FromDays(1).TotalMilliseconds)
        from bounded in Gen.Elements(true, false)
        select new RetryOptions
        {
            BackoffType = type,
            Jitter = jitter,
            UseJitter = useJitter,
            Delay = TimeSpan.FromMilliseconds(isSmall ? small : delay),
            MaxDelay = bounded ? TimeSpan.FromMilliseconds(max) : null,
        };

    private static TimeSpan Min(TimeSpan delay, TimeSpan? max) => max < delay ? max.Value : delay;
}
