using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Polly.CircuitBreaker;
using Resilience.DependencyInjection;
using Resilience.Pipelines;
using Resilience.Pipelines.CircuitBreaker;
using Resilience.Pipelines.Http;

namespace Resilience.Sdk.Tests.Pipelines.Http;

/// <summary>Clients by address in a real host, with the framework's client factory.</summary>
public sealed class HostClientTests
{
    private readonly ScriptedHandler _server = ScriptedHandler.Of(HttpStatusCode.OK);

    [Fact]
    public async Task Defaults_EachRequestGoesThroughThePipelineOfItsHost()
    {
        using var host = Build(
            services => services.ConfigureHttpClientDefaults(client => client.AddDrDependencies()),
            ("gateway", "*.gateway.example"), ("ml", "ml.example:5001"));
        var client = Client(host, "any");
        Hold(host, "gateway");

        await Assert.ThrowsAsync<BrokenCircuitException>(() => client.GetAsync("http://eu.gateway.example/"));
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("http://ml.example:5001/")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("http://gateway.example/")).StatusCode);
    }

    [Fact]
    public async Task Client_WithABaseAddress_RelativeRequestsAreFound()
    {
        using var host = Build(services => services.AddHttpClient("any").AddDrDependencies(), ("gateway", "*.gateway.example"));
        var client = Client(host, "any");
        client.BaseAddress = new Uri("http://EU.gateway.example/v1/");
        Hold(host, "gateway");

        await Assert.ThrowsAsync<BrokenCircuitException>(() => client.GetAsync("charges"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Named_GoesThroughOnePipelineAlone_WhateverTheOrder(bool hostsFirst)
    {
        using var host = Build(
            services =>
            {
                var client = services.AddHttpClient("named");
                _ = hostsFirst ? client.AddDrDependencies().AddDrDependency("named") : client.AddDrDependency("named").AddDrDependencies();
                services.ConfigureHttpClientDefaults(every => every.AddDrDependencies());
            },
            ("gateway", "*.gateway.example"));
        var client = Client(host, "named");

        Hold(host, "gateway");
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("http://eu.gateway.example/")).StatusCode);

        Hold(host, "named");
        await Assert.ThrowsAsync<BrokenCircuitException>(() => client.GetAsync("http://eu.gateway.example/"));
        Assert.Equal(1, _server.Calls);
    }

    [Fact]
    public void AskedForTwice_GoesThroughThePipelineOnce()
    {
        using var host = Build(
            services =>
            {
                services.ConfigureHttpClientDefaults(every => every.AddDrDependencies());
                services.AddHttpClient("any").AddDrDependencies();
            },
            ("gateway", "*.gateway.example"));
        using var handler = host.Services.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler("any");

        Assert.Single(Chain(handler), part => part is DependencyHandler);
    }

    [Fact]
    public async Task Reload_ChangedPatterns_ApplyToTheNextRequest()
    {
        using var host = Build(services => services.ConfigureHttpClientDefaults(client => client.AddDrDependencies()), ("gateway", "old.example"));
        var client = Client(host, "any");
        Hold(host, "gateway");
        await Assert.ThrowsAsync<BrokenCircuitException>(() => client.GetAsync("http://old.example/"));
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("http://new.example/")).StatusCode);

        var configuration = (IConfigurationRoot)host.Services.GetRequiredService<IConfiguration>();
        configuration["DrResilience:Dependencies:gateway:Http:Hosts:0"] = "new.example";
        configuration.Reload();

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("http://old.example/")).StatusCode);
        await Assert.ThrowsAsync<BrokenCircuitException>(() => client.GetAsync("http://new.example/"));
    }

    [Fact]
    public void Read_SamePatternTwice_NamesBoth()
    {
        using var host = Build(_ => { }, ("a", "API.example"), ("b", "api.example"));

        var exception = Assert.Throws<DrResilienceConfigurationException>(() => host.Services.GetRequiredService<IDependencies>());

        var error = Assert.Single(exception.Errors);
        Assert.StartsWith("DrResilience:Dependencies:b:Http:Hosts:0 = 'api.example'", error, StringComparison.Ordinal);
        Assert.Contains("'a'", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Dependencies:a:Http:Hosts:0", "http://x/", "DrResilience:Dependencies:a:Http:Hosts:0 = 'http://x/': is an address")]
    [InlineData("Dependencies:a:Http:Hosts", "x.example", "DrResilience:Dependencies:a:Http:Hosts")]
    [InlineData("Defaults:Http:Hosts:0", "x.example", "DrResilience:Defaults:Http:Hosts: would give the same hosts to every dependency")]
    public void Read_Wrong_SaysWhere(string key, string value, string says)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new($"DrResilience:{key}", value), new("DrResilience:Dependencies:b:Retry:Enabled", "true")]).Build();

        var exception = Assert.Throws<DrResilienceConfigurationException>(() => DrResilienceSettingsReader.Read(configuration, isProduction: true));

        Assert.StartsWith(says, Assert.Single(exception.Errors), StringComparison.Ordinal);
    }

    private static void Hold(IHost host, string dependency) =>
        host.Services.GetRequiredService<IDependencies>()[dependency].Force(CircuitBreakerMode.ForcedOpen);

    private static HttpClient Client(IHost host, string name) => host.Services.GetRequiredService<IHttpClientFactory>().CreateClient(name);

    private static IEnumerable<HttpMessageHandler> Chain(HttpMessageHandler? handler)
    {
        for (; handler is not null; handler = (handler as DelegatingHandler)?.InnerHandler)
        {
            yield return handler;
        }
    }

    private IHost Build(Action<IServiceCollection> configure, params (string Dependency, string Host)[] patterns)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(
            patterns.Select(pattern => KeyValuePair.Create($"DrResilience:Dependencies:{pattern.Dependency}:Http:Hosts:0", (string?)pattern.Host)));
        builder.AddDrResilience();
        builder.Services.AddHttpClient();
        builder.Services.ConfigureHttpClientDefaults(client => client.ConfigurePrimaryHttpMessageHandler(() => _server));
        configure(builder.Services);
        return builder.Build();
    }
}
