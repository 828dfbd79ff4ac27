using System.Text;
using System.Text.Json;
using GameDay.Checks;
using GameDay.History;
using GameDay.Reporting.Audits;
using GameDay.Reporting.Page;
using GameDay.Reporting.Trends;

namespace GameDay.Reporting;

/// <summary>Writes report.json and what goes with it: report.html, history.jsonl, trend.jsonl and audit.json.</summary>
internal static class ReportFile
{
    public const string JsonName = "report.json";
    public const string PageName = "report.html";
    public const string AuditName = "audit.json";

    /// <summary>Without a history; one that an earlier run left is removed, because it would be taken for that of this one.</summary>
    /// <returns>The full path of report.json.</returns>
    public static Task<string> WriteAsync(ExperimentReport report, string directory, CancellationToken ct) =>
        WriteAsync(report, Remove, directory, ct);

    /// <param name="history">What the clients did; it becomes history.jsonl.</param>
    /// <param name="books">What was written down about the money; it becomes books.json. Null when it could not be read.</param>
    /// <returns>The full path of report.json.</returns>
    public static async Task<string> WriteAsync(ExperimentReport report, IReadOnlyList<Operation> history, Books? books, string directory, CancellationToken ct)
    {
        Directory.CreateDirectory(directory);
        var path = Path.Combine(Path.GetFullPath(directory), BooksFile.Name);
        File.Delete(path);
        if (books is not null)
        {
            await BooksFile.WriteAsync(path, books, ct);
        }

        return await WriteAsync(report, target => HistoryFile.WriteAsync(target, history, ct), directory, ct);
    }

    private static async Task<string> WriteAsync(ExperimentReport report, Func<string, Task> placeHistory, string directory, CancellationToken ct)
    {
        var full = Path.GetFullPath(directory);
        Directory.CreateDirectory(full);
        report = Complete(report);

        // It would vouch for files that are about to change.
        File.Delete(Path.Combine(full, AuditName));

        var json = Path.Combine(full, JsonName);
        await WriteJsonAsync(json, report, ct);
        var history = Path.Combine(full, HistoryFile.Name);
        await placeHistory(history);
        var trend = await TrendFile.AppendAsync(full, TrendEntry.Of(report), ct);
        var page = Path.Combine(full, PageName);
        var html = Encoding.UTF8.GetBytes(ReportPage.Write(report, trend));
        await AtomicFile.WriteAsync(page, file => file.WriteAsync(html, ct).AsTask(), ct);
        var evidence = new[] { json, page, history, Path.Combine(full, BooksFile.Name) }.Where(File.Exists);
        await WriteJsonAsync(Path.Combine(full, AuditName), await Audit.OfAsync(report, trend, evidence, ct), ct);
        return json;
    }

    private static ExperimentReport Complete(ExperimentReport report) => report with
    {
        EndedAt = report.EndedAt ?? (report.Timeline is [.., var last] ? last.At : null),
        Objectives = report.Objectives is [] ? ObjectiveResults.Of(report.Rto, report.Rpo) : report.Objectives,
        Environment = report.Environment ?? RunEnvironment.Of(null),
    };

    private static Task Remove(string history)
    {
        File.Delete(history);
        return Task.CompletedTask;
    }

    private static Task WriteJsonAsync<T>(string path, T value, CancellationToken ct) =>
        AtomicFile.WriteAsync(path, file => JsonSerializer.SerializeAsync(file, value, ReportJson.Document, ct), ct);
}
