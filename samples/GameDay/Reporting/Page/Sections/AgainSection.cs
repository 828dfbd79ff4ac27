namespace GameDay.Reporting.Page.Sections;

/// <summary>How to run it again, with what it ran, and which files belong to it.</summary>
internal static class AgainSection
{
    public static Html Of(ExperimentReport report) => Html.Of($"""
        <section aria-labelledby="again">
        <h2 id="again">Run it again</h2>
        <p>The same seed gives the same requests; times differ from run to run.</p>
        <pre tabindex="0"><code>dotnet run -c Release --project samples/GameDay -- run {Quoted(report.Experiment)} --seed {report.Seed}</code></pre>
        <h3>This run</h3>
        <dl>
        {Fact("Seed", FormattableString.Invariant($"{report.Seed}"))}{Fact("Started", Figures.Utc(report.StartedAt))}{Fact("Ended", report.EndedAt is { } end ? Figures.Utc(end) : null)}{Environment(report.Environment)}</dl>
        <h3>Files beside this page</h3>
        <ul>
        <li><a href="report.json">report.json</a>: all of this for programs</li>
        <li><a href="audit.json">audit.json</a>: who, what and when, hashes of the files, and which field bears on which control</li>
        <li><a href="history.jsonl">history.jsonl</a>: every request, one a line, where the run kept them</li>
        <li><a href="trend.jsonl">trend.jsonl</a>: the earlier runs</li>
        </ul>
        </section>

        """);

    private static Html? Environment(RunEnvironment? environment) => environment is null ? null : Html.Of(
        $"{Fact("Run by", $"{environment.RunBy} on {environment.Host}")}{Fact("Service", environment.ServiceVersion)}{Fact("Runner", environment.RunnerVersion)}{Fact("Machine", FormattableString.Invariant($"{environment.Cores} cores, {environment.OperatingSystem}, {environment.Runtime}"))}");

    private static Html Fact(string name, string? value) => Html.Of($"<div><dt>{name}</dt><dd>{value ?? "not known"}</dd></div>\n");

    /// <summary>As a shell takes it for one word.</summary>
    private static string Quoted(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') && word[0] != '-'
            ? word
            : $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
