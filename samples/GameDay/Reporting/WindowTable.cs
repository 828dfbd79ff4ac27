using System.Globalization;
using GameDay.History;
using Spectre.Console;

namespace GameDay.Reporting;

/// <summary>Requests by outcome and their latency, before, during and after.</summary>
internal static class WindowTable
{
    public static Table Of(IReadOnlyList<HistoryWindow> windows)
    {
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumn(new TableColumn("").NoWrap());
        foreach (var column in new[] { "sent", "ok", "degraded", "failed", "p50 ms", "p95 ms", "p99 ms", "max ms" })
        {
            table.AddColumn(new TableColumn(column).RightAligned().NoWrap());
        }

        foreach (var window in windows)
        {
            var latency = window.LatencyMs;
            table.AddRow(
                window.Name,
                Count(window.Total), Count(window.Succeeded), Count(window.Degraded), Count(window.Failed),
                Time(latency.P50), Time(latency.P95), Time(latency.P99), Time(latency.Max));
        }

        return table;
    }

    private static string Count(int count) => count.ToString(CultureInfo.InvariantCulture);

    private static string Time(double? milliseconds) => milliseconds?.ToString(milliseconds < 100 ? "0.0" : "0", CultureInfo.InvariantCulture) ?? "–";
}
