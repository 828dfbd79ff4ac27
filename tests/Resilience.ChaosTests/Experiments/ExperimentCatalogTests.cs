using GameDay.Experiments;

namespace Resilience.ChaosTests.Experiments;

public sealed class ExperimentCatalogTests
{
    [Fact]
    public void All_HasEveryExperimentOfTheSpecificationAndOurs()
    {
        string[] wanted =
        [
            "pod-kill", "network-latency", "cpu-stress", "dns-failure", "az-failure", "region-failover", "clock-skew", "disk-fill", "network-partition",
            "database-failover", "mesh-failure", "cache-failure", "database-hang", "split-brain", "failback", "gateway-outage", "gateway-brownout",
            "lost-tail", "replica-storm", "coordinated",
        ];

        Assert.Empty(wanted.Except(ExperimentCatalog.All.Select(experiment => experiment.Name)));
    }

    [Fact]
    public void Quarterly_GoesFromAPodToAZoneToAPartitionToBoth()
    {
        var names = ExperimentCatalog.Resolve("quarterly").Select(experiment => experiment.Name).ToList();

        Assert.Equal(
            ["pod-kill", "az-failure", "network-partition", "coordinated"],
            names.Where(name => name is "pod-kill" or "az-failure" or "network-partition" or "coordinated"));
    }

    [Fact]
    public void All_HaveAHypothesisAStopConditionAndObjectives() => Assert.All(ExperimentCatalog.All, experiment =>
    {
        Assert.InRange(experiment.Summary.Length, 10, 130);
        Assert.EndsWith(".", experiment.Hypothesis, StringComparison.Ordinal);
        Assert.InRange(experiment.MaxErrorRate, 0.01, 0.6);
        Assert.Equal("Payment Processing", experiment.System);
    });
}
