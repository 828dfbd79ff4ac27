using System.Text.RegularExpressions;

namespace Resilience.ChaosTests.Deployment;

/// <summary>What the pages and the workflow say of experiments is the same everywhere, and every file is named.</summary>
public sealed partial class GameDayPagesTests
{
    private static readonly string Page = ChaosFiles.Read("README.md");

    private static readonly string GameDays = ChaosFiles.ReadRepository("docs", "game-days.md");

    private static readonly string Workflow = ChaosFiles.ReadRepository(".github", "workflows", "game-day.yml");

    [Fact]
    public void Table_NamesEveryFile_AndEveryFileOfTheTableIsThere()
    {
        var rows = Rows(Page, "| experiment | Litmus |").ToList();
        var named = rows.SelectMany(row => Link().Matches(row).Select(link => (Experiment: First(row), File: link.Groups["path"].Value))).ToList();

        Assert.Equal(ChaosFiles.Experiments, named.Select(link => link.File).Order(StringComparer.Ordinal));
        Assert.All(named, link => Assert.Equal(link.Experiment, Path.GetFileNameWithoutExtension(link.File)));
        Assert.All(ChaosFiles.Auxiliary, file => Assert.Contains($"]({file})", Page, StringComparison.Ordinal));
    }

    [Fact]
    public void Table_EveryFileIsInTheColumnOfItsTool()
    {
        string[] tools = ["litmus", "chaos-mesh", "aws-fis", "gremlin", "istio"];
        Assert.All(Rows(Page, "| experiment | Litmus |"), row =>
        {
            var cells = row.Trim('|').Split('|').Skip(1).Select(cell => cell.Trim()).ToList();
            Assert.Equal(tools.Length, cells.Count);
            Assert.All(cells.Zip(tools), pair => Assert.True(pair.First == "–" || pair.First.Contains($"({pair.Second}/", StringComparison.Ordinal), row));
        });
    }

    [Fact]
    public void Experiments_OfClusters_AreThoseOfGameDays()
    {
        var known = Experiments().Append("quarterly").ToList();
        Assert.Equal(23, known.Count);
        Assert.All(Rows(Page, "| experiment | Litmus |"), row => Assert.Contains(First(row), known));
        Assert.Contains("The plan `quarterly`", GameDays, StringComparison.Ordinal);
    }

    [Fact]
    public void Workflow_RunsAllExperimentsEveryQuarter_AndKnownOnesEveryWeek()
    {
        var environment = Documents.Parse("game-day.yml", Workflow)[0]["env"]!;
        Assert.Equal(Experiments(), environment["ALL"]!.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(GameDay.Experiments.ExperimentCatalog.Resolve("smoke").Select(experiment => experiment.Name), environment["SMOKE"]!.ToString().Split(' '));
    }

    [Fact]
    public void Workflow_MayReadOnly_EndsInTime_AndRunsPinnedActions()
    {
        var workflow = Documents.Parse("game-day.yml", Workflow)[0];
        Assert.Equal("""{"contents":"read"}""", workflow["permissions"]!.ToJsonString());
        Assert.Equal("game-day", workflow["concurrency"]!["group"]!.ToString());
        var job = workflow["jobs"]!["game-day"]!;
        Assert.InRange(job["timeout-minutes"]!.GetValue<long>(), 1, 120);

        var steps = job["steps"]!.AsArray();
        Assert.All(steps.Select(step => step!["uses"]?.ToString()).OfType<string>(), action => Assert.Matches("^actions/[a-z-]+@[0-9a-f]{40}$", action));
        Assert.All(steps.Where(step => step!["run"] is not null && step["id"] is null), step => Assert.InRange(step!["timeout-minutes"]!.GetValue<long>(), 1, 90));

        // What somebody types reaches a script as a variable, never as part of it.
        Assert.All(steps.Select(step => step!["run"]?.ToString()).OfType<string>(), script => Assert.DoesNotContain("${{", script, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("| `database-failover` | RTO < 60 s; no failed transaction; p99 < 500 ms")]
    [InlineData("an alert within 30 s")]
    [InlineData("more than **5 %**")]
    [InlineData("**$10,000**")]
    [InlineData("| Payment Processing | 1 | 15 min | 0 s | $500,000 |")]
    public void GameDays_SayWhatTheObjectivesAre(string sentence) => Assert.Contains(sentence, GameDays, StringComparison.Ordinal);

    [Theory]
    [InlineData("docs/game-days.md")]
    [InlineData("docs/post-mortem-template.md")]
    [InlineData("deploy/chaos/README.md")]
    public void Links_OfThePages_LeadSomewhere(string page)
    {
        var text = ChaosFiles.ReadRepository(page.Split('/'));
        var directory = Path.Combine(Resilience.TestKit.ServicePaths.RepositoryRoot, Path.GetDirectoryName(page)!);
        Assert.All(AnyLink().Matches(text).Select(link => link.Groups["path"].Value).Where(path => path.Length > 0), path => Assert.True(Path.Exists(Path.Combine(directory, path)), path));
    }

    private static List<string> Experiments() => [.. Rows(GameDays, "| experiment | what is done |").Select(row => First(row).Trim('`'))];

    private static IEnumerable<string> Rows(string text, string header)
    {
        var lines = text.Split('\n');
        var start = Array.FindIndex(lines, line => line.StartsWith(header, StringComparison.Ordinal));
        Assert.True(start >= 0, $"There is no table '{header}'.");
        return lines.Skip(start + 2).TakeWhile(line => line.StartsWith('|'));
    }

    private static string First(string row) => row.Split('|')[1].Trim();

    [GeneratedRegex(@"\]\((?<path>[a-z-]+/[a-z-]+\.(yaml|json))\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Link();

    [GeneratedRegex(@"\]\((?!http)(?<path>[^)#]*)(#[^)]*)?\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex AnyLink();
}
