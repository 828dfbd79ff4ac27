using Resilience.Pipelines.Timeouts;

namespace Resilience.Sdk.Tests.Pipelines.Timeouts;

public sealed class DeadlineHeaderTests
{
    [Theory]
    [InlineData("1", 1.0)]
    [InlineData(" 2500 ", 2500.0)]
    [InlineData("0000100", 100.0)]
    [InlineData("86400000", 86_400_000.0)]
    // Passed: refused.
    [InlineData("0", 0.0)]
    [InlineData("-1", 0.0)]
    [InlineData("-99999999999999999999999", 0.0)]
    // Absent, malformed or beyond any honest deadline: ignored.
    [InlineData(null, null)]
    [InlineData("", null)]
    [InlineData("-", null)]
    [InlineData("86400001", null)]
    [InlineData("999999999999", null)]
    [InlineData("99999999999999999999999", null)]
    [InlineData("+100", null)]
    [InlineData("1e3", null)]
    [InlineData("100ms", null)]
    [InlineData("1.5", null)]
    [InlineData("100, 200", null)]
    [InlineData("0x10", null)]
    [InlineData("١٠٠", null)]
    public void Read_Value_Remaining(string? value, double? milliseconds) => Assert.Equal(milliseconds, DeadlineHeader.Read(value)?.TotalMilliseconds);

    [Theory]
    [InlineData(1, "1")]
    [InlineData(1999.999, "1999")]
    [InlineData(0.999, null)]
    [InlineData(0, null)]
    [InlineData(-5000, null)]
    [InlineData(86_400_000, "86400000")]
    [InlineData(1e12, "86400000")]
    public void Write_Remaining_Value(double milliseconds, string? expected) => Assert.Equal(expected, DeadlineHeader.Write(TimeSpan.FromMilliseconds(milliseconds)));

    [Fact]
    public void WriteThenRead_AnyRemaining_NeverPromisesMore()
    {
        const int Seed = 11;
        var random = new Random(Seed);
        for (var i = 0; i < 10_000; i++)
        {
            var remaining = TimeSpan.FromTicks((long)Math.Pow(10, random.NextDouble() * 11.9));
            var read = DeadlineHeader.Read(DeadlineHeader.Write(remaining)) ?? TimeSpan.Zero;
            Assert.True(read <= remaining && remaining - read < TimeSpan.FromMilliseconds(1), $"seed {Seed}: {remaining} came out as {read}");
        }
    }
}
