using StackExchange.Redis;

namespace Resilience.Redis.Connections;

/// <summary>A multiplexer that the application has made itself: no other is opened beside it.</summary>
/// <param name="Dependency">The dependency it belongs to.</param>
/// <param name="Multiplexer">Where it is.</param>
internal sealed record OwnMultiplexer(string Dependency, Func<IServiceProvider, IConnectionMultiplexer> Multiplexer);
