using Resilience.Pipelines.CircuitBreaker;

namespace Resilience.Sdk.Tests.Pipelines.CircuitBreaker;

public sealed class CallWindowTests
{
    private static readonly TimeSpan Sampling = TimeSpan.FromTicks(100);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(99, 1)]
    [InlineData(100, 0)]
    [InlineData(1_000_000, 0)]
    public void Read_LaterThanTheCall_CountsWhileItsSliceIsInTheWindow(long readAt, long expected)
    {
        var window = Window();
        window.AddSuccess(0);
        window.AddFailure(5);

        Assert.Equal((expected, expected), (window.Read(readAt).Successes, window.Read(readAt).Failures));
    }

    [Fact]
    public void Add_OlderThanTheWindow_IsLeftOut()
    {
        var window = Window();
        window.AddSuccess(205);

        window.AddSuccess(105);

        Assert.Equal(1, window.Read(205).Successes);
    }

    [Fact]
    public void Read_TimestampOfJustBefore_SeesTheLatestSlice()
    {
        var window = Window();
        window.AddSuccess(10);

        Assert.Equal(1, window.Read(9).Successes);
    }

    [Fact]
    public void Add_TimestampBeforeTheOrigin_CountsInTheFirstSlice()
    {
        var window = new CallWindow(Sampling, 100, origin: 1000);
        window.AddFailure(990);

        Assert.Equal(1, window.Read(1000).Failures);
    }

    private static CallWindow Window() => new(Sampling, 100, origin: 0);
}
