using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace GameDay.Reporting;

/// <summary>How reports are written as JSON.</summary>
internal static class ReportJson
{
    public static JsonSerializerOptions Document { get; } = Options(indented: true);

    /// <summary>One value a line.</summary>
    public static JsonSerializerOptions Line { get; } = Options(indented: false);

    private static JsonSerializerOptions Options(bool indented) => new(JsonSerializerDefaults.Web)
    {
        WriteIndented = indented,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };
}
