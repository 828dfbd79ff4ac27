using Resilience.Postgres;
using Resilience.Postgres.Probing;
using Resilience.Regions;
using Resilience.Sdk.Tests.Regions;

namespace Resilience.Sdk.Tests.Postgres;

public sealed class ProbePaceTests
{
    [Theory]
    [InlineData(null, true, false, 1000)]
    [InlineData(2, true, false, 250)]
    [InlineData(100, true, false, 400)]
    [InlineData(400, true, false, 1000)]
    [InlineData(2, false, false, 500)]
    [InlineData(40, false, false, 640)]
    [InlineData(100, false, false, 1000)]
    [InlineData(2, true, true, 1000)]
    public void Patience_OfARoundTrip_IsBoundedAndLongerToConnect(int? roundTrip, bool isConnected, bool claims, int expected)
    {
        var state = new RegionState("east") { RoundTrip = roundTrip is { } ms ? TimeSpan.FromMilliseconds(ms) : null };

        Assert.Equal(TimeSpan.FromMilliseconds(expected), ProbePace.Patience(state, isConnected, claims));
    }

    [Fact]
    public void Pause_WhileSteady_TheWriterIsWatchedCloser()
    {
        var topology = TopologyScenario.Steady().Topology;

        Assert.Equal(TimeSpan.FromMilliseconds(500), ProbePace.Pause(topology, "east"));
        Assert.Equal(TimeSpan.FromSeconds(1), ProbePace.Pause(topology, "west"));
    }

    [Theory]
    [InlineData(1, 50)]
    [InlineData(2, 50)]
    [InlineData(3, 100)]
    [InlineData(5, 400)]
    [InlineData(20, 1000)]
    public void Pause_WriterInDoubt_IsShort_AndLongerForARegionThatIsGone(int misses, int expected)
    {
        var scenario = TopologyScenario.Steady();
        for (var i = 0; i < misses; i++)
        {
            scenario.Fails("east", RegionFailureKind.TimedOut);
        }

        Assert.Equal(TimeSpan.FromMilliseconds(expected), ProbePace.Pause(scenario.Topology, "east"));
        Assert.Equal(TimeSpan.FromMilliseconds(50), ProbePace.Pause(scenario.Topology, "west"));
    }

    /// <summary>What the docs promise: a writer that falls silent on a near network is given up in less than 1.5 s.</summary>
    [Fact]
    public void Detection_AtWorst_IsLessThanOneAndAHalfSeconds()
    {
        const double MostJitter = 1.2;
        var scenario = TopologyScenario.Steady();
        var worst = MostJitter * ProbePace.Pause(scenario.Topology, "east");
        worst += ProbePace.Patience(scenario.Topology["east"], isConnected: true, claims: false);
        scenario.Fails("east", RegionFailureKind.TimedOut);
        worst += MostJitter * ProbePace.Pause(scenario.Topology, "east");
        worst += ProbePace.Patience(scenario.Topology["east"], isConnected: false, claims: false);

        Assert.InRange(worst, TimeSpan.Zero, TimeSpan.FromSeconds(1.45));
    }
}
