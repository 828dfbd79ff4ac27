using Resilience.Health;
using StackExchange.Redis;

namespace Resilience.Redis.Health;

/// <summary>Short codes for the client's exceptions; their messages hold addresses.</summary>
internal static class RedisFailure
{
    public static string Reason(Exception exception) => exception switch
    {
        RedisConnectionException connection => connection.FailureType switch
        {
            ConnectionFailureType.AuthenticationFailure => "authentication",
            ConnectionFailureType.ProtocolFailure => "protocol",
            ConnectionFailureType.Loading => "loading",
            _ => "no-connection",
        },
        RedisServerException server => ServerReason(server.Message),
        _ => CheckFailure.Reason(exception),
    };

    /// <summary>The server's error codes are its own words; what follows them is not repeated.</summary>
    private static string ServerReason(string message) => message.Split(' ', 2)[0] switch
    {
        "NOAUTH" or "WRONGPASS" or "NOPERM" => "authentication",
        "LOADING" => "loading",
        _ => "server-error",
    };
}
