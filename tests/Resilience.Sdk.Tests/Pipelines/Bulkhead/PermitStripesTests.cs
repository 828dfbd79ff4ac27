using Resilience.Pipelines.Bulkhead;

namespace Resilience.Sdk.Tests.Pipelines.Bulkhead;

public sealed class PermitStripesTests
{
    [Fact]
    public void TryTake_FindsEveryPermitInAnyStripe()
    {
        var permits = new PermitStripes(8);
        permits.Add(13);
        Assert.Equal(13, permits.CountFree());

        Assert.Equal(13, Enumerable.Range(0, 20).Count(_ => permits.TryTake()));
        permits.Return();
        Assert.True(permits.TryTake());
        Assert.False(permits.TryTake());
    }

    [Theory]
    [InlineData(10, 4, 4)]
    [InlineData(10, 15, 10)]
    [InlineData(10, 0, 0)]
    [InlineData(1 << 30, 1 << 30, 1 << 30)]
    public void Remove_TakesWhatIsThere(int free, int most, int expected)
    {
        var permits = new PermitStripes(4);
        permits.Add(free);

        Assert.Equal(expected, permits.Remove(most));
        Assert.Equal(free - expected, permits.CountFree());
    }

    /// <summary>As many threads as permits: whenever one asks, one is free, so a refusal would be a mistake of the walk over the stripes.</summary>
    [Fact]
    public void TryTake_WhileOneIsAlwaysFree_NeverFails()
    {
        const int Threads = 3;
        var permits = new PermitStripes(8);
        permits.Add(Threads);
        var refused = 0;

        Crowd.Run(Threads, _ =>
        {
            for (var i = 0; i < 200_000; i++)
            {
                if (permits.TryTake())
                {
                    permits.Return();
                }
                else
                {
                    Interlocked.Increment(ref refused);
                }
            }
        });

        Assert.Equal(0, refused);
        Assert.Equal(Threads, permits.CountFree());
    }
}
