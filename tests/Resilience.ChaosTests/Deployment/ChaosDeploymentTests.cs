using Resilience.ChaosTests.Deployment.Rules;

namespace Resilience.ChaosTests.Deployment;

/// <summary>The definitions of deploy/chaos against the manifest that they are aimed at and the fields that their tools know. No cluster is needed.</summary>
public sealed class ChaosDeploymentTests
{
    public static TheoryData<string> Files => [.. ChaosFiles.Documents];

    [Theory]
    [MemberData(nameof(Files))]
    public void Problems_EveryFile_None(string path)
    {
        var problems = ExperimentCheck.Problems(path, ChaosFiles.Read(path));
        Assert.True(problems.Count == 0, string.Join('\n', problems));
    }

    [Fact]
    public void Files_OfEveryTool_AreThere() =>
        Assert.Equal(["aws-fis", "chaos-mesh", "gremlin", "istio", "litmus"], ChaosFiles.Experiments.Select(path => path.Split('/')[0]).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void Alarm_IsWhatTheTemplatesStopAt()
    {
        var alarm = Documents.Parse("alarm.json", ChaosFiles.Read("aws-fis/customer-error-rate-alarm.json"))[0];
        Assert.Equal(AbortRules.AlarmName, alarm["AlarmName"]!.ToString());
        Assert.Contains("5 %", alarm["AlarmDescription"]!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Probes_OfLitmus_AreInEveryMode()
    {
        var modes = ChaosFiles.Experiments.Where(path => path.StartsWith("litmus/", StringComparison.Ordinal))
            .Select(path => Nodes.Texts(Documents.Parse(path, ChaosFiles.Read(path))[0], "mode").Distinct().Order(StringComparer.Ordinal));
        Assert.All(modes, ofOne => Assert.Equal(["Continuous", "EOT", "Edge", "OnChaos", "SOT"], ofOne));
    }

    [Fact]
    public void Partitions_OfChaosMesh_AreInOneDirectionAndInBoth() =>
        Assert.Equal(["to", "from", "both"], Documents.Parse("x.yaml", ChaosFiles.Read("chaos-mesh/network-partition.yaml")).SelectMany(document => Nodes.Texts(document, "direction")));

    [Fact]
    public void Schedules_OfTheYear_AreTwelveDifferentMonths()
    {
        var months = Documents.Parse("x.yaml", ChaosFiles.Read("chaos-mesh/quarterly.yaml"))
            .SelectMany(document => document["spec"]!["schedule"]!.ToString().Split(' ')[3].Split(','));
        Assert.Equal(Enumerable.Range(1, 12).Select(month => month.ToString()), months.OrderBy(int.Parse));
    }

    [Fact]
    public void Routes_OfTheMesh_RepeatNothing()
    {
        var attempts = ChaosFiles.Documents.Where(path => path.StartsWith("istio/", StringComparison.Ordinal))
            .SelectMany(path => Documents.Parse(path, ChaosFiles.Read(path))).SelectMany(document => Nodes.Texts(document, "attempts")).ToList();
        Assert.Equal(4, attempts.Count);
        Assert.All(attempts, attempt => Assert.Equal("0", attempt));
    }

    [Fact]
    public void RunScript_KnowsEveryFaultOfTheMesh_AndPutsTheRoutesBack()
    {
        var script = ChaosFiles.Read("istio/run.sh");
        Assert.Contains("trap 'kubectl apply -f traffic-policy.yaml' EXIT", script, StringComparison.Ordinal);
        Assert.Contains("seconds > 600", script, StringComparison.Ordinal);
        var names = ChaosFiles.Experiments.Where(path => path.StartsWith("istio/", StringComparison.Ordinal)).Select(path => Path.GetFileNameWithoutExtension(path));
        Assert.All(names, name => Assert.Contains(name, script, StringComparison.Ordinal));
    }
}
