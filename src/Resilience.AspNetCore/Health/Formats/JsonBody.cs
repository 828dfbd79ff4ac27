using System.Buffers;
using System.Text.Json;

namespace Resilience.AspNetCore.Health.Formats;

/// <summary>A JSON object in memory.</summary>
internal static class JsonBody
{
    public static ReadOnlyMemory<byte> Of(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        members(json);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }
}
