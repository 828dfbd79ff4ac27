namespace Resilience.Redis.Connections;

/// <summary>How a Redis server is reached (<c>DrResilience:Dependencies:{name}:Redis</c>).</summary>
/// <param name="Configuration">As StackExchange.Redis takes it; may hold a password. Null when the application brings its own multiplexer.</param>
internal sealed record RedisOptions(string? Configuration);
