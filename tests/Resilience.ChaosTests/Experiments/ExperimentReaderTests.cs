using GameDay.Experiments;
using GameDay.Yaml;

namespace Resilience.ChaosTests.Experiments;

public sealed class ExperimentReaderTests : IDisposable
{
    private const string Good = """
        name: sample
        summary: One line
        hypothesis: It holds
        method:
          - { at: 0s, action: kill-database, target: us-east-1 }
          - { at: 1s, action: promote-database, target: us-west-2 }
        """;

    private readonly string _directory = Directory.CreateTempSubdirectory("resilience-experiment-").FullName;

    [Fact]
    public void Read_WhatIsLeftOut_HasTheStandardValue()
    {
        var experiment = Read(Good);

        Assert.Equal(["kill-database us-east-1", "promote-database us-west-2"], experiment.Method.Select(step => step.Description));
        Assert.Equal((1, 0.05, TimeSpan.FromSeconds(6)), (experiment.Deployment.Replicas, experiment.MaxErrorRate, experiment.Observe));
        Assert.Equal(TimeSpan.FromSeconds(7), experiment.MethodLength);
    }

    [Theory]
    [InlineData("name: sample", "name: other", "line 1: 'name' is 'other' and must be that of the file, 'sample'")]
    [InlineData("summary: One line", "sumary: One line", "'summary' is missing")]
    [InlineData("summary: One line", "summary: One line\nobserv: 5s", "'observ' is not known; did you mean 'observe'?")]
    [InlineData("kill-database,", "kill-databse,", "'method[0].action' is 'kill-databse' and must be one of kill-database,")]
    [InlineData("kill-database,", "kill-databse,", "did you mean 'kill-database'?")]
    [InlineData("target: us-east-1", "target: us-east-9", "'method[0].target' is 'us-east-9' and must be one of us-east-1, us-west-2; did you mean 'us-east-1'?")]
    [InlineData(", target: us-east-1", "", "'method[0].target' is missing; kill-database needs one of us-east-1, us-west-2")]
    [InlineData("at: 1s", "at: soon", "'method[1].at' is 'soon' and must be a duration such as 500ms, 6s or 2m")]
    [InlineData("target: us-east-1 }", "target: us-east-1, force: yes }", "'method[0].force' is not known")]
    [InlineData("action: kill-database", "action: cut-region", "needs 'deployment.private-network: true'")]
    [InlineData("action: kill-database, target: us-east-1", "action: kill-zone, target: b", "'kill-zone b', which needs 'deployment.replicas' of more than 1")]
    [InlineData("action: kill-database, target: us-east-1", "action: network-latency, target: cache", "needs 'cache' among 'deployment.proxies'")]
    [InlineData("method:", "stop-conditions: { error-rate: 500% }\nmethod:", "'stop-conditions.error-rate' is '500%' and must be a share such as 5% or 0.05")]
    [InlineData("method:", "expect: { failed-requests: few }\nmethod:", "'expect.failed-requests' is 'few' and must be a number from 0")]
    [InlineData("method:", "expect: { failed: 0 }\nmethod:", "'expect.failed' is not known")]
    [InlineData("method:", "deployment: { replicas: 99 }\nmethod:", "'deployment.replicas' is '99' and must be a number from 1 to 8")]
    [InlineData("at: 1s", "at: 9m", "at most 300 s are allowed")]
    [InlineData("method:", "method: {", "line ")]
    public void Read_AnythingWrong_SaysWhereWhatAndTheWayOut(string good, string bad, string message)
    {
        var exception = Assert.Throws<YamlFileException>(() => Read(Good.Replace(good, bad, StringComparison.Ordinal)));

        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_SeveralThingsWrong_TellsAllAtOnce()
    {
        var exception = Assert.Throws<YamlFileException>(() => Read(Good.Replace("at: 1s", "at: soon", StringComparison.Ordinal) + "\nobserv: 5s\nload: { rate: -1 }"));

        Assert.Equal(3, exception.Errors.Count);
    }

    [Fact]
    public void Read_OnlyAnOperatorsActions_IsNoExperiment()
    {
        var exception = Assert.Throws<YamlFileException>(() => Read(Good.Replace("  - { at: 0s, action: kill-database, target: us-east-1 }\n", "", StringComparison.Ordinal)));

        Assert.Contains("must have a fault", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NoSuchFile_SaysSo() =>
        Assert.Throws<YamlFileException>(() => ExperimentReader.Read(Path.Combine(_directory, "none.yaml")));

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private Experiment Read(string yaml)
    {
        var file = Path.Combine(_directory, "sample.yaml");
        File.WriteAllText(file, yaml);
        return ExperimentReader.Read(file);
    }
}
