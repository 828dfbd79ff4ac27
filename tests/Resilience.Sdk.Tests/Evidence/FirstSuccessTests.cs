using Microsoft.Extensions.Logging.Abstractions;
using Resilience.Evidence;
using Resilience.Internal;
using Resilience.Postgres;
using Resilience.Regions;

namespace Resilience.Sdk.Tests.Evidence;

public sealed class FirstSuccessTests
{
    /// <summary>A call that comes as soon as the route is in place finds the record of the switch.</summary>
    [Fact]
    public async Task CallBetweenRouteAndRecord_IsTheFirstSuccess()
    {
        var clock = new MonotonicClock(TimeProvider.System);
        var recorder = new FailoverRecorder("first-success", clock, null);
        var options = new PostgresOptions
        {
            Regions =
            [
                new PostgresRegionOptions { Name = "east", ConnectionString = "Host=127.0.0.1;Port=1;Username=a" },
                new PostgresRegionOptions { Name = "west", ConnectionString = "Host=127.0.0.1;Port=2;Username=a" },
            ],
        };
        await using var set = new RegionSet(
            options, null, new RegionSetContext("first-success", clock, () => new Random(), null, recorder, new TermMemory("first-success", null, TimeProvider.System, NullLogger.Instance), new SwitchHold("first-success", null, hasOthers: false, clock, new Random(), NullLogger.Instance), NullLogger.Instance, NullLoggerFactory.Instance))
        {
            IsInUse = true,
        };
        var writer = new WriterState("west", new WriterTerm(2, 2), 2, clock.Now);
        var topology = RegionTopology.Create(["east", "west"]) with { Writer = writer, Phase = TopologyPhase.Steady };
        set.Changing(new TopologyChange(topology, [new WriterElected(clock.Now, "west", writer, "east")]));

        // The route is visible to callers now, before the topology is published.
        Assert.True(set.Route!.FirstServed());
        recorder.OnFirstSuccess("west");

        Assert.NotNull(recorder.Records[0].FirstSuccessAt);
    }
}
