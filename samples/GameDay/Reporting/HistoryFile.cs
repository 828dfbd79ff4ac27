using System.Text.Json;
using System.Text.Json.Serialization;
using GameDay.History;

namespace GameDay.Reporting;

/// <summary>history.jsonl: all operations of a run, one a line, so that a verdict can be checked from the file alone.</summary>
/// <remarks>Moments are seconds of the run's clock, exact to its ticks of 100 ns.</remarks>
internal static class HistoryFile
{
    public const string Name = "history.jsonl";

    private const int MostOperations = 20_000_000;

    private static readonly byte[] NewLine = "\n"u8.ToArray();

    // What is derived from the rest is left out.
    private static readonly JsonSerializerOptions Format = new(ReportJson.Line)
    {
        IgnoreReadOnlyProperties = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new SecondsConverter() },
    };

    public static Task WriteAsync(string path, IReadOnlyList<Operation> operations, CancellationToken ct) => AtomicFile.WriteAsync(
        path,
        async file =>
        {
            foreach (var operation in operations)
            {
                await file.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(operation, Format), ct);
                await file.WriteAsync(NewLine, ct);
            }
        },
        ct);

    /// <exception cref="InvalidDataException">A line is no operation. Evidence with a hole proves nothing, so nothing is skipped.</exception>
    public static IReadOnlyList<Operation> Read(string path)
    {
        var operations = new List<Operation>();
        foreach (var line in File.ReadLines(path))
        {
            if (operations.Count == MostOperations)
            {
                throw new InvalidDataException($"'{path}' has more than {MostOperations} operations; check it in parts.");
            }

            operations.Add(Parse(path, operations.Count + 1, line));
        }

        return operations;
    }

    private static Operation Parse(string path, int number, string line)
    {
        try
        {
            return JsonSerializer.Deserialize<Operation>(line, Format) ?? throw new JsonException("It is null.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path}:{number}: this line is no operation, so the history is not whole: {e.Message}", e);
        }
    }
}
