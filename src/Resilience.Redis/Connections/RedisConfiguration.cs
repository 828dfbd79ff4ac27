using System.Diagnostics.CodeAnalysis;
using StackExchange.Redis;

namespace Resilience.Redis.Connections;

/// <summary>Reads a configuration string and completes it for a server that may be gone at any time, the start included.</summary>
internal static class RedisConfiguration
{
    private const int ConnectTimeoutMilliseconds = 2000;
    private const int KeepAliveSeconds = 10;

    /// <returns>False when it cannot be used. Why is not told: the client's message may repeat part of a password.</returns>
    public static bool TryRead(string text, [NotNullWhen(true)] out ConfigurationOptions? options)
    {
        try
        {
            options = ConfigurationOptions.Parse(text);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or OverflowException)
        {
            options = null;
        }

        if (options is null || options.EndPoints.Count == 0)
        {
            options = null;
            return false;
        }

        // Otherwise a server that is down at the start would never be connected to.
        options.AbortOnConnectFail = false;
        if (!Says(text, "connectTimeout"))
        {
            options.ConnectTimeout = ConnectTimeoutMilliseconds;
        }

        if (!Says(text, "connectRetry"))
        {
            // Connecting goes on by itself for ever; this is only how long the first try takes.
            options.ConnectRetry = 1;
        }

        if (!Says(text, "keepAlive"))
        {
            // A connection whose packets vanish is given up after a few of these.
            options.KeepAlive = KeepAliveSeconds;
        }

        // Some versions wait longer and longer, up to a minute.
        options.ReconnectRetryPolicy = new LinearRetry(ConnectTimeoutMilliseconds / 2);
        return true;
    }

    private static bool Says(string text, string key) => text.Contains($"{key}=", StringComparison.OrdinalIgnoreCase);
}
