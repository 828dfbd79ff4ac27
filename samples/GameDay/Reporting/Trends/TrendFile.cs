using System.Text;
using System.Text.Json;

namespace GameDay.Reporting.Trends;

/// <summary>trend.jsonl in the directory of the reports: one line for each run, the last 1,000.</summary>
internal static class TrendFile
{
    public const string Name = "trend.jsonl";
    public const int MostLines = 1_000;

    private const int MostBytes = 1 << 20;
    private const int MostRemarks = 10;

    /// <summary>Adds a run and gives back all that are kept. Damaged lines are not kept, and remarked on.</summary>
    public static async Task<Trend> AppendAsync(string directory, TrendEntry entry, CancellationToken ct)
    {
        var path = Path.Combine(directory, Name);
        var before = await ReadAsync(path, ct);
        var entries = before.Entries.Append(entry).TakeLast(MostLines).ToList();

        // Rewritten as a whole: a thousand short lines at most, and a run that is killed meanwhile leaves the earlier ones alone.
        await AtomicFile.WriteAsync(
            path,
            async file =>
            {
                await using var lines = new StreamWriter(file, leaveOpen: true) { NewLine = "\n" };
                foreach (var kept in entries)
                {
                    await lines.WriteLineAsync(JsonSerializer.Serialize(kept, ReportJson.Line).AsMemory(), ct);
                }
            },
            ct);
        return before with { Entries = entries };
    }

    /// <summary>Empty when there is no file.</summary>
    public static async Task<Trend> ReadAsync(string path, CancellationToken ct)
    {
        if (!File.Exists(path))
        {
            return Trend.Empty;
        }

        var entries = new List<TrendEntry>();
        var remarks = new List<string>();
        var (text, cut) = await TailAsync(path, ct);
        var lines = text.Split('\n');
        for (var i = cut ? 1 : 0; i < lines.Length; i++)
        {
            if (lines[i].Length == 0)
            {
                continue;
            }

            if (TryParse(lines[i]) is { } entry)
            {
                entries.Add(entry);
            }
            else if (remarks.Count < MostRemarks)
            {
                remarks.Add($"A line of {Name} was damaged and left out{(cut ? "" : $": line {i + 1}")}.");
            }
        }

        if (cut)
        {
            remarks.Add($"{Name} was larger than {MostBytes} bytes; only its end was read.");
        }

        return new Trend([.. entries.TakeLast(MostLines)], remarks);
    }

    private static async Task<(string Text, bool Cut)> TailAsync(string path, CancellationToken ct)
    {
        await using var file = File.OpenRead(path);
        var cut = file.Length > MostBytes;
        if (cut)
        {
            file.Seek(-MostBytes, SeekOrigin.End);
        }

        using var reader = new StreamReader(file, Encoding.UTF8);
        return (await reader.ReadToEndAsync(ct), cut);
    }

    private static TrendEntry? TryParse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<TrendEntry>(line, ReportJson.Line) is { Experiment: not null, Time.Ticks: > 0 } entry
                && Enum.IsDefined(entry.Verdict)
                    ? entry
                    : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
