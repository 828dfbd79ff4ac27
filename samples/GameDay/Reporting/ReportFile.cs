using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace GameDay.Reporting;

/// <summary>Writes report.json.</summary>
internal static class ReportFile
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <returns>The full path of the file.</returns>
    public static async Task<string> WriteAsync(ExperimentReport report, string directory, CancellationToken ct)
    {
        Directory.CreateDirectory(directory);
        var path = Path.GetFullPath(Path.Combine(directory, "report.json"));

        // Renamed into place: a reader never meets half a report.
        var draft = path + ".new";
        await using (var file = File.Create(draft))
        {
            await JsonSerializer.SerializeAsync(file, report, Format, ct);
        }

        File.Move(draft, path, overwrite: true);
        return path;
    }
}
