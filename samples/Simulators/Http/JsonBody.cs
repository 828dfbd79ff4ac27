using System.Text.Json;
using System.Text.Json.Serialization;

namespace Simulators.Http;

internal static class JsonBody
{
    // A misspelt fault that is ignored makes an experiment pass without its fault.
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web)
    {
        AllowDuplicateProperties = false,
        NumberHandling = JsonNumberHandling.Strict,
        PropertyNameCaseInsensitive = false,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>Reads the body, or says in one sentence why it cannot be read.</summary>
    public static async Task<(T? Value, string? Error)> ReadAsync<T>(HttpRequest request)
        where T : class
    {
        try
        {
            var value = await JsonSerializer.DeserializeAsync<T>(request.Body, Strict, request.HttpContext.RequestAborted);
            return value is null ? (null, "The body must be a JSON object.") : (value, null);
        }
        catch (JsonException e)
        {
            return (null, $"The body cannot be read: {e.Message}");
        }
        catch (BadHttpRequestException e)
        {
            return (null, $"The body cannot be read: {e.Message}");
        }
    }
}
