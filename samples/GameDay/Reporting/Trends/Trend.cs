namespace GameDay.Reporting.Trends;

/// <summary>Runs, oldest first, and what could not be read of them.</summary>
internal sealed record Trend(IReadOnlyList<TrendEntry> Entries, IReadOnlyList<string> Remarks)
{
    public static Trend Empty { get; } = new([], []);

    /// <summary>The last runs of one experiment.</summary>
    public IReadOnlyList<TrendEntry> Of(string experiment, int most) => [.. Entries.Where(e => e.Experiment == experiment).TakeLast(most)];
}
