using System.Text.Json;

namespace Resilience.Redis.Fallbacks;

/// <summary>How the last good answers of fallbacks are kept in Redis.</summary>
public sealed record RedisStaleStoreOptions
{
    private const int MostBytes = 16 * 1024 * 1024;
    private static readonly TimeSpan ShortestExpiry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestExpiry = TimeSpan.FromDays(365);
    private static readonly TimeSpan ShortestTimeout = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromSeconds(10);

    /// <summary>How long an answer is kept after it was given. <c>MaxStaleness</c> of a fallback decides what is still served.</summary>
    /// <value>1 day by default; 1 second to 365 days.</value>
    public TimeSpan Expiry { get; init; } = TimeSpan.FromDays(1);

    /// <summary>The largest answer, in bytes of JSON. A larger one is kept in this process only.</summary>
    /// <value>64 KiB by default; 1 byte to 16 MiB.</value>
    public int MaxValueBytes { get; init; } = 64 * 1024;

    /// <summary>How long a fallback waits for the server, and how long one write may take.</summary>
    /// <value>250 ms by default; 1 ms to 10 seconds.</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>What keys begin with. Services that share a server must not share it, unless they are to share answers.</summary>
    /// <value>Null by default: <c>dr:{application}:{environment}:answers:</c>.</value>
    public string? KeyPrefix { get; init; }

    /// <summary>How answers are written and read.</summary>
    /// <value><see cref="JsonSerializerOptions.Web"/> by default.</value>
    public JsonSerializerOptions Json { get; init; } = JsonSerializerOptions.Web;

    /// <exception cref="ArgumentException">Something is out of range.</exception>
    internal void Validate(string parameter)
    {
        Check(nameof(Expiry), Expiry, ShortestExpiry, LongestExpiry, parameter);
        Check(nameof(MaxValueBytes), MaxValueBytes, 1, MostBytes, parameter);
        Check(nameof(Timeout), Timeout, ShortestTimeout, LongestTimeout, parameter);
    }

    private static void Check<T>(string name, T value, T min, T max, string parameter)
        where T : IComparable<T>
    {
        if (value.CompareTo(min) < 0 || value.CompareTo(max) > 0)
        {
            throw new ArgumentException($"{name} '{value}' is out of range. Allowed is '{min}' to '{max}'.", parameter);
        }
    }
}
