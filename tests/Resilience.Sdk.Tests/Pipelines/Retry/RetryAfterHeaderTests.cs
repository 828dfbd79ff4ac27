using Resilience.Pipelines.Retry;
using Resilience.TestKit;

namespace Resilience.Sdk.Tests.Pipelines.Retry;

public sealed class RetryAfterHeaderTests
{
    private static readonly ManualTimeProvider Time = new(new DateTimeOffset(1994, 11, 6, 8, 49, 0, TimeSpan.Zero));

    [Theory]
    [InlineData("0", 0.0)]
    [InlineData("120", 120.0)]
    [InlineData(" 007\t", 7.0)]
    [InlineData("Sun, 06 Nov 1994 08:49:37 GMT", 37.0)]
    [InlineData("Sunday, 06-Nov-94 08:49:37 GMT", 37.0)]
    [InlineData("Sun Nov  6 08:49:37 1994", 37.0)]
    [InlineData("Sun, 06 Nov 1994 08:48:59 GMT", 0.0)]
    [InlineData("Mon, 01 Jan 0001 00:00:00 GMT", 0.0)]
    [InlineData("Fri, 31 Dec 9999 23:59:59 GMT", 31_536_000.0)]
    [InlineData("31536000", 31_536_000.0)]
    [InlineData("99999999999999999999999999", 31_536_000.0)]
    [InlineData(null, null)]
    [InlineData("", null)]
    [InlineData("  ", null)]
    [InlineData("-1", null)]
    [InlineData("+1", null)]
    [InlineData("1.5", null)]
    [InlineData("1e3", null)]
    [InlineData("1 2", null)]
    [InlineData("120, 60", null)]
    [InlineData("٣", null)]
    [InlineData("soon", null)]
    [InlineData("Mon, 06 Nov 1994 08:49:37 GMT", null)]
    [InlineData("Sun, 06 Nov 1994 08:49:37 CET", null)]
    [InlineData("Sun, 06 Nov 1994 24:49:37 GMT", null)]
    [InlineData("1994-11-06T08:49:37Z", null)]
    public void Read_Value_Pause(string? value, double? seconds) => Assert.Equal(seconds, RetryAfterHeader.Read(value, Time)?.TotalSeconds);

    [Theory]
    [InlineData(1)]
    [InlineData(42)]
    public void Read_AnyText_NeverThrowsAndStaysBounded(int seed)
    {
        const string Alphabet = "0123456789 ,:-GMTSunNov\t+.é\0";
        var random = new Random(seed);
        for (var i = 0; i < 20_000; i++)
        {
            var text = string.Create(random.Next(0, 40), random, (span, r) =>
            {
                foreach (ref var c in span)
                {
                    c = Alphabet[r.Next(Alphabet.Length)];
                }
            });

            Assert.True(RetryAfterHeader.Read(text, Time) is null or { Ticks: >= 0 and <= 365 * TimeSpan.TicksPerDay }, $"seed {seed}: '{text}'");
        }
    }
}
