namespace Resilience.TestKit;

/// <summary>How a Redis server is set up.</summary>
public sealed record RedisServerOptions
{
    /// <summary>The loopback address on which the server listens.</summary>
    /// <value>Default 127.0.0.1; any address of 127.0.0.0/8.</value>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>Further settings as in redis.conf, for instance "maxmemory" = "10mb".</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
