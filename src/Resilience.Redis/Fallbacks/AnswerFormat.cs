using System.Text.Json;

namespace Resilience.Redis.Fallbacks;

/// <summary>Answers as JSON and back.</summary>
internal sealed class AnswerFormat(JsonSerializerOptions json, int mostBytes)
{
    /// <returns>Null when it is too large.</returns>
    /// <exception cref="JsonException">It cannot be written.</exception>
    /// <exception cref="NotSupportedException">It cannot be written.</exception>
    public byte[]? Write<T>(T value, DateTimeOffset at)
    {
        using var bytes = new BoundedStream(mostBytes);
        try
        {
            JsonSerializer.Serialize(bytes, new StoredAnswer<T>(at.ToUnixTimeMilliseconds(), NameOf<T>(), value), json);
            return bytes.ToArray();
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <returns>Null when it is not an answer of this type.</returns>
    public (T Value, DateTimeOffset At)? Read<T>(byte[] bytes)
    {
        if (bytes.Length > mostBytes)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<StoredAnswer<T>>(bytes, json) is { Value: { } value } stored && stored.Type == NameOf<T>()
                ? (value, DateTimeOffset.FromUnixTimeMilliseconds(stored.At))
                : null;
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    /// <summary>Without versions of assemblies, which differ between builds.</summary>
    private static string NameOf<T>() => typeof(T).ToString();
}
