using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Resilience.DependencyInjection;
using Resilience.Pipelines;
using Resilience.Pipelines.Chaos;

namespace Resilience.Sdk.Tests.Configuration;

/// <summary>Injected faults by configuration, in a host: refused in Production, announced elsewhere.</summary>
public sealed class ChaosSettingsTests
{
    private const string Enabled = "DrResilience:Dependencies:gateway:Chaos:Enabled";
    private const string Rate = "DrResilience:Dependencies:gateway:Chaos:Fault:InjectionRate";
    private readonly LogLines _log = new();

    [Theory]
    [InlineData(Enabled)]
    [InlineData("DrResilience:Defaults:Chaos:Enabled")]
    public async Task Start_InProduction_IsRefusedWithTheWayOut(string key)
    {
        using var host = Build("Production", (key, "true"));

        var exception = await Assert.ThrowsAsync<DrResilienceConfigurationException>(() => host.StartAsync());

        var error = Assert.Single(exception.Errors);
        Assert.StartsWith($"{key} = 'true': ", error, StringComparison.Ordinal);
        Assert.Contains("set DrResilience:Chaos:AllowInProduction to true", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Production", "true", "true")]
    [InlineData("Production", "false", "false")]
    [InlineData("Staging", "true", "false")]
    public async Task Start_AllowedOrOffOrElsewhere_Starts(string environment, string enabled, string allowed)
    {
        using var host = Build(environment, (Enabled, enabled), ("DrResilience:Chaos:AllowInProduction", allowed));

        await host.StartAsync();

        Assert.Equal(enabled == "true" ? 1 : 0, _log.Count(1104));
        await host.StopAsync();
    }

    [Fact]
    public async Task Reload_InProduction_IsRefusedAndTheLastGoodStays()
    {
        using var host = Build("Production", ("DrResilience:Dependencies:gateway:Retry:Enabled", "false"));
        await host.StartAsync();
        var dependency = host.Services.GetRequiredService<IDependencies>()["gateway"];

        Change(host, (Enabled, "true"), (Rate, "1"));

        Assert.Equal(1, await dependency.ExecuteAsync(_ => ValueTask.FromResult(1)));
        Assert.Contains(Enabled, Assert.Single(host.Services.GetRequiredService<SettingsMonitor>().RefusedReload), StringComparison.Ordinal);
        Assert.Equal((1, 0), (_log.Count(1100), _log.Count(1104)));
        await host.StopAsync();
    }

    [Fact]
    public async Task Reload_OnAndOff_AppliesAndSaysItOnceEach()
    {
        using var host = Build("Development", ("DrResilience:Dependencies:gateway:Retry:Enabled", "false"));
        await host.StartAsync();
        var dependency = host.Services.GetRequiredService<IDependencies>()["gateway"];

        Change(host, (Enabled, "true"), (Rate, "1"));
        Change(host, ("DrResilience:Region", "elsewhere"));

        await Assert.ThrowsAsync<InjectedFaultException>(() => dependency.ExecuteAsync(_ => ValueTask.FromResult(1)).AsTask());
        Assert.Equal((1, 0), (_log.Count(1104), _log.Count(1105)));
        Assert.Contains("'gateway'", _log.First(1104), StringComparison.Ordinal);

        Change(host, (Enabled, "false"));

        Assert.Equal(1, await dependency.ExecuteAsync(_ => ValueTask.FromResult(1)));
        Assert.Equal((1, 1), (_log.Count(1104), _log.Count(1105)));
        await host.StopAsync();
    }

    [Fact]
    public void Read_InheritsFromDefaults_AndKeepsWhatIsNotSaid()
    {
        var settings = Read(
            ("DrResilience:Defaults:Chaos:Enabled", "true"),
            ("DrResilience:Defaults:Chaos:Latency:InjectionRate", "0.25"),
            ("DrResilience:Dependencies:a:Chaos:Latency:Latency", "00:00:03"),
            ("DrResilience:Dependencies:a:Chaos:Outcome:StatusCode", "429"),
            ("DrResilience:Dependencies:a:Chaos:Seed", "5"),
            ("DrResilience:Dependencies:b:Chaos:Enabled", "false"));

        var chaos = settings.Calls["a"].Chaos;
        Assert.Equal(
            new ChaosOptions
            {
                Enabled = true,
                Latency = new ChaosLatencyOptions { InjectionRate = 0.25, Latency = TimeSpan.FromSeconds(3) },
                Outcome = new ChaosOutcomeOptions { StatusCode = 429 },
                Seed = 5,
            },
            chaos);
        Assert.False(settings.Calls["b"].Chaos.Enabled);
        Assert.Equal(0.25, settings.Calls["b"].Chaos.Latency.InjectionRate);
    }

    [Theory]
    [InlineData("Fault:InjectionRate", "1.1", "from 0 to 1")]
    [InlineData("Latency:InjectionRate", "-0.1", "from 0 to 1")]
    [InlineData("Latency:Latency", "5", "is not a duration")]
    [InlineData("Outcome:StatusCode", "99", "from 200 to 599")]
    [InlineData("Seed", "-1", "from 0")]
    [InlineData("Fault:Rate", "1", "InjectionRate")]
    [InlineData("Enbled", "true", "Did you mean 'Enabled'?")]
    public void Read_Wrong_SaysWhatIsAllowed(string key, string value, string says)
    {
        var exception = Assert.Throws<DrResilienceConfigurationException>(() => Read(($"DrResilience:Dependencies:a:Chaos:{key}", value)));

        Assert.Contains(says, Assert.Single(exception.Errors), StringComparison.Ordinal);
    }

    private static DrResilienceSettings Read(params (string Key, string? Value)[] values) => DrResilienceSettingsReader.Read(
        new ConfigurationBuilder().AddInMemoryCollection(values.ToDictionary(value => value.Key, value => value.Value, StringComparer.Ordinal)).Build(), isProduction: false);

    private static void Change(IHost host, params (string Key, string Value)[] values)
    {
        var configuration = (IConfigurationRoot)host.Services.GetRequiredService<IConfiguration>();
        foreach (var (key, value) in values)
        {
            configuration[key] = value;
        }

        configuration.Reload();
    }

    private IHost Build(string environment, params (string Key, string? Value)[] values)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = environment });
        builder.Configuration.AddInMemoryCollection(values.ToDictionary(value => value.Key, value => value.Value, StringComparer.Ordinal));
        builder.Services.AddSingleton<ILoggerProvider>(_log);
        builder.AddDrResilience();
        return builder.Build();
    }

    private sealed class LogLines : ILoggerProvider, ILogger
    {
        private readonly List<(int Id, string Text)> _lines = [];

        public int Count(int id) => _lines.Count(line => line.Id == id);

        public string First(int id) => _lines.First(line => line.Id == id).Text;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Add((eventId.Id, formatter(state, exception)));

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
