using System.Globalization;
using System.Text.Json;

namespace Resilience.Benchmarks;

/// <summary>
/// The performance table. Ratios of figures measured side by side are what counts; absolutes belong to the machine.
/// Not BenchmarkDotNet, because its runs are one after the other in processes of their own, and a failover is no
/// micro-benchmark; the pairs here alternate within one process, so that a drift of the machine hits both.
/// </summary>
internal static class Scorecard
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private static readonly (string[] Rows, Func<CancellationToken, Task<IReadOnlyList<ScorecardRow>>> Measure)[] Groups =
    [
        (["open.writer.ns", "open.writer.bytes"], OpenWriterBenchmark.MeasureAsync),
        (ProbeBenchmark.Rows, ProbeBenchmark.MeasureAsync),
        (PipelineBenchmark.Rows, PipelineBenchmark.MeasureAsync),
        (DegradationBenchmark.Rows, DegradationBenchmark.MeasureAsync),
        (JournalBenchmark.Rows, JournalBenchmark.MeasureAsync),
        (QueueBenchmark.Rows, QueueBenchmark.MeasureAsync),
        (FailoverBenchmark.Rows, FailoverBenchmark.MeasureAsync),
    ];

    public static async Task<int> RunAsync(string only, TextWriter output, CancellationToken cancellationToken)
    {
        var groups = Groups.Where(group => group.Rows.Any(row => row.StartsWith(only, StringComparison.Ordinal))).ToList();
        if (groups.Count == 0)
        {
            await output.WriteLineAsync($"No row starts with '{only}'. Rows: {string.Join(", ", Groups.SelectMany(group => group.Rows))}.");
            return 2;
        }

        var rows = new List<ScorecardRow>();
        foreach (var group in groups)
        {
            rows.AddRange((await group.Measure(cancellationToken)).Where(row => row.Name.StartsWith(only, StringComparison.Ordinal)));
        }

        foreach (var row in rows)
        {
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{row.Name,-40} {row.Ours,10:0.##} {row.Unit,-6} | {row.Peer,10:0.##} {row.Unit,-6} {row.PeerName} | ratio {row.Ratio:0.###}"));
        }

        await output.WriteLineAsync(JsonSerializer.Serialize(new { rows }, Json));
        return 0;
    }
}
