using System.Text.Json;
using GameDay.Checks;

namespace GameDay.Reporting;

/// <summary>books.json: every row of the ledger and every charge, so that with the history a verdict can be checked from files alone.</summary>
internal static class BooksFile
{
    public const string Name = "books.json";

    private const long MostBytes = 1L << 30;

    private static readonly JsonSerializerOptions Format = new(ReportJson.Line) { IgnoreReadOnlyProperties = true, Converters = { new SecondsConverter() } };

    public static Task WriteAsync(string path, Books books, CancellationToken ct) =>
        AtomicFile.WriteAsync(path, file => JsonSerializer.SerializeAsync(file, books, Format, ct), ct);

    /// <exception cref="InvalidDataException">It is not there or not what this program writes.</exception>
    public static Books Read(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return file.Length <= MostBytes && JsonSerializer.Deserialize<Books>(file, Format) is { Ledger: not null, Charges: not null, FormerWriters: not null, Switches: not null } books
                ? books
                : throw new InvalidDataException($"'{path}' does not have all the books.");
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException && e is not InvalidDataException)
        {
            throw new InvalidDataException($"'{path}' cannot be read: {e.Message}", e);
        }
    }
}
