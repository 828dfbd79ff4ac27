using Microsoft.Extensions.Logging.Abstractions;
using Resilience.Journal;

namespace Resilience.Benchmarks;

/// <summary>What sharing a sync is worth: appends a second of 64 callers at once, and of one alone, on a real disk.</summary>
internal static class JournalBenchmark
{
    public static readonly string[] Rows = ["journal.groupCommit.ratio"];

    private const int Callers = 64;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(3);
    private static readonly byte[] Record = new byte[300];

    public static async Task<IReadOnlyList<ScorecardRow>> MeasureAsync(CancellationToken cancellationToken)
    {
        var path = Path.Combine(AppContext.BaseDirectory, $"journal-{Environment.ProcessId}");
        try
        {
            using var journal = JournalLog.Open(new JournalOptions { Path = path }, NullLogger.Instance);
            await RateAsync(journal, Callers, cancellationToken);
            var alone = await RateAsync(journal, 1, cancellationToken);
            var together = await RateAsync(journal, Callers, cancellationToken);
            return [new("journal.groupCommit.ratio", "1/s", together, alone, $"the same journal with one caller in place of {Callers}")];
        }
        finally
        {
            Directory.Delete(path, recursive: true);
        }
    }

    private static async Task<double> RateAsync(JournalLog journal, int callers, CancellationToken cancellationToken)
    {
        var count = 0;
        var began = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(
            async () =>
            {
                while (TimeProvider.System.GetElapsedTime(began) < Window)
                {
                    journal.Release(await journal.AppendAsync(Record, cancellationToken));
                    Interlocked.Increment(ref count);
                }
            },
            cancellationToken)));
        return Math.Round(count / TimeProvider.System.GetElapsedTime(began).TotalSeconds);
    }
}
