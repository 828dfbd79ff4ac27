using System.Diagnostics;

namespace Resilience.Sdk.Tests.Architecture;

/// <summary>What the alert rules do over time, in Prometheus' own judgement.</summary>
public sealed class AlertRulesTests
{
    [PromtoolFact]
    public async Task AlertRules_FireWhenTheyShould_AndNotLonger()
    {
        using var promtool = Process.Start(new ProcessStartInfo("promtool", ["test", "rules", "dr-resilience.tests.yaml"])
        {
            WorkingDirectory = RepositoryRoot.Combine("deploy", "observability", "prometheus"),
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = await Task.WhenAll(promtool.StandardOutput.ReadToEndAsync(), promtool.StandardError.ReadToEndAsync());
        await promtool.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));

        Assert.True(promtool.ExitCode == 0, string.Concat(output));
    }
}
