using Resilience.Internal;

namespace Resilience.Redis.Connections;

/// <summary>Reads the Redis section of a dependency. This code is the section's schema.</summary>
internal static class RedisOptionsReader
{
    private const string Key = "Configuration";

    /// <param name="reader">The section.</param>
    /// <param name="hasOwn">Whether the application brings a multiplexer for this dependency.</param>
    public static RedisOptions Read(ConfigurationReader reader, bool hasOwn)
    {
        var configuration = hasOwn ? reader.Text(Key) : reader.Required(Key);
        reader.RejectUnknownKeys();
        if (configuration is null)
        {
            return new RedisOptions(null);
        }

        // Never repeated: it may hold a password.
        if (hasOwn)
        {
            reader.Report(Key, null, "is given, but the application brings its own multiplexer for this dependency (dr.AddRedis with a name). Remove one of them.");
        }
        else if (!RedisConfiguration.TryRead(configuration, out _))
        {
            reader.Report(Key, null, "is no configuration of StackExchange.Redis. Write the server and, after commas, options, for example 'redis.example:6380,ssl=true,password=…'.");
        }

        return new RedisOptions(configuration);
    }
}
