using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Resilience.Degradation.Fallbacks;
using Resilience.DependencyInjection;
using Resilience.Health;
using Resilience.Pipelines;
using Resilience.Redis.Connections;
using Resilience.Redis.DependencyInjection;
using Resilience.Redis.Fallbacks;
using Resilience.Redis.Fleet;
using StackExchange.Redis;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds Redis servers to the dependencies of the resilience SDK.</summary>
public static class DrRedisExtensions
{
    /// <summary>
    /// Lets dependencies be Redis servers: <c>DrResilience:Dependencies:{name}:Redis:Configuration</c>. Each can be injected as
    /// <c>[FromKeyedServices("name")] IRedisDependency</c>, whose commands go through its pipeline, or as
    /// <c>[FromKeyedServices("name")] IConnectionMultiplexer</c>.
    /// </summary>
    /// <param name="builder">The SDK's builder.</param>
    /// <returns>The same builder.</returns>
    /// <remarks>
    /// The host neither waits for a server nor fails when one is down; connecting goes on in the background and begins anew by
    /// itself. Each is looked at with a PING, as <c>Probe</c> says, unless commands succeed.
    /// </remarks>
    public static DrResilienceBuilder AddRedis(this DrResilienceBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        if (services.Any(service => service.ServiceType == typeof(RedisConnections)))
        {
            return builder;
        }

        services.AddSingleton<RedisConnections>();
        services.AddSingleton<IDependencyKind, RedisKind>();
        services.AddKeyedSingleton<IConnectionMultiplexer>(
            KeyedService.AnyKey, static (provider, key) => provider.GetRequiredService<RedisConnections>().Multiplexer((string)key!));
        services.AddKeyedSingleton<IRedisDependency>(
            KeyedService.AnyKey,
            static (provider, key) => new RedisDependency(
                provider.GetRequiredService<DependencyRegistry>().Get((string)key!), provider.GetRequiredService<RedisConnections>().Get((string)key!)));
        return builder;
    }

    /// <summary>
    /// Makes a multiplexer that the application has already a dependency: it is looked at and called over that one, and no
    /// other connection is opened. It needs no <c>Redis</c> section.
    /// </summary>
    /// <param name="builder">The SDK's builder.</param>
    /// <param name="dependency">The name of the dependency.</param>
    /// <param name="multiplexer">Where the multiplexer is, for example <c>services =&gt; services.GetRequiredService&lt;IConnectionMultiplexer&gt;()</c>. Called off the start's way, when it is first needed.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The name has a multiplexer already.</exception>
    public static DrResilienceBuilder AddRedis(this DrResilienceBuilder builder, string dependency, Func<IServiceProvider, IConnectionMultiplexer> multiplexer)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(dependency);
        ArgumentNullException.ThrowIfNull(multiplexer);
        var services = builder.Services;
        if (services.Any(service => service.ImplementationInstance is OwnMultiplexer own && own.Dependency == dependency))
        {
            throw new ArgumentException($"'{dependency}' has a multiplexer already. Name each once.", nameof(dependency));
        }

        builder.AddRedis();
        services.AddSingleton(new OwnMultiplexer(dependency, multiplexer));
        services.AddSingleton<ICheck>(provider => provider.GetServices<IDependencyKind>().OfType<RedisKind>().Single().CheckOf(dependency));
        return builder;
    }

    /// <summary>
    /// Keeps the last good answers of fallbacks in a Redis server, so that all replicas have them, also one that has just
    /// started. What it was told itself each replica keeps in memory as well, for when that server is down, too.
    /// </summary>
    /// <param name="builder">The SDK's builder.</param>
    /// <param name="dependency">The name of the Redis dependency.</param>
    /// <param name="options">How long and how much.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">An option is out of range, or a server was named before.</exception>
    /// <remarks>
    /// A name that is not configured stops the host at start. Answers are written as JSON in the background: calls neither wait for the server nor fail with it. What is larger
    /// than allowed, cannot be written as JSON, or comes while the server does not take it, is not kept there.
    /// </remarks>
    public static DrResilienceBuilder KeepAnswersInRedis(this DrResilienceBuilder builder, string dependency, RedisStaleStoreOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(dependency);
        var settings = options ?? new RedisStaleStoreOptions();
        settings.Validate(nameof(options));
        if (builder.Services.Any(service => service.ServiceType == typeof(KeepsAnswers)))
        {
            throw new ArgumentException("Answers are kept already. Name one server.", nameof(dependency));
        }

        builder.AddRedis();
        builder.Services.AddSingleton<KeepsAnswers>();
        builder.Services.AddSingleton<IHostedService>(provider => new RedisAnswersStarter(provider.GetRequiredService<RedisConnections>(), dependency));
        builder.Services.Replace(ServiceDescriptor.Singleton<IStaleStore>(provider => new RedisStaleStore(
            provider.GetRequiredService<RedisConnections>().Get(dependency),
            settings,
            settings.KeyPrefix ?? PrefixOf(provider) + "answers:",
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<RedisStaleStore>>())));
        return builder;
    }

    /// <summary>
    /// Joins the replicas of the service through a Redis server: a hold counts in all of them, a writer that one of them has seen
    /// replaced is followed by none, and the operations page of each shows all. Without it each process decides for itself.
    /// </summary>
    /// <param name="builder">The SDK's builder.</param>
    /// <param name="dependency">The name of the Redis dependency.</param>
    /// <param name="keyPrefix">What keys begin with: <c>dr:{application}:{environment}:fleet:</c> by default. Services that share a server must not share it.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">A server was named before.</exception>
    /// <remarks>
    /// A name that is not configured stops the host at start. No call waits for the server. While it is away each replica goes on with
    /// the last decision that it knows; one that is made then counts in its own replica and is told later. Whoever can write to that
    /// server can stop all writes: guard it like the database.
    /// </remarks>
    public static DrResilienceBuilder ShareDecisionsInRedis(this DrResilienceBuilder builder, string dependency, string? keyPrefix = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(dependency);
        if (builder.FleetStore is not null)
        {
            throw new ArgumentException("Decisions are shared already. Name one server.", nameof(dependency));
        }

        builder.AddRedis();
        builder.FleetStore = provider =>
        {
            return new RedisFleetStore(provider.GetRequiredService<RedisConnections>().Get(dependency), dependency, keyPrefix ?? PrefixOf(provider) + "fleet:");
        };
        return builder;
    }

    /// <summary>What staging has in common with production must not be what they keep.</summary>
    private static string PrefixOf(IServiceProvider provider) =>
        provider.GetRequiredService<IHostEnvironment>() is var host ? $"dr:{host.ApplicationName}:{host.EnvironmentName}:" : "";
}
