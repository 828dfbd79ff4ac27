using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Resilience.DependencyInjection;

namespace Resilience.Sdk.Tests.Configuration;

public sealed class SettingsMonitorTests
{
    [Fact]
    public void Reload_Wrong_KeepsTheLastGoodAndSaysWhy_ThenTakesTheNextGood()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("DrResilience:Region", "a")]).Build();
        using var monitor = new SettingsMonitor(configuration, new HostingEnvironment { EnvironmentName = Environments.Production }, NamesInCode.None, NullLogger<SettingsMonitor>.Instance);
        var changes = new List<string?>();
        monitor.Changed += settings => changes.Add(settings.Region);

        configuration["DrResilience:Objectives:Rto"] = "never";
        configuration["DrResilience:Region"] = "b";
        configuration.Reload();

        Assert.Equal("a", monitor.Current.Region);
        Assert.Contains("Rto", Assert.Single(monitor.RefusedReload), StringComparison.Ordinal);
        Assert.Empty(changes);

        configuration["DrResilience:Objectives:Rto"] = "00:01:00";
        configuration.Reload();

        Assert.Equal("b", monitor.Current.Region);
        Assert.Empty(monitor.RefusedReload);
        Assert.Equal(["b"], changes);
    }
}
