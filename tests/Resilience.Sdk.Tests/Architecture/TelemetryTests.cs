using System.Text.Json;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Resilience.Sdk.Tests.Architecture;

/// <summary>What is emitted, what is documented, and what dashboards and alerts ask for are the same.</summary>
public sealed partial class TelemetryTests
{
    private const string Runbook = "docs/runbook.md";

    private static readonly string[] Added = ["le", "job", "instance"];

    [Fact]
    public void Documentation_ListsEveryInstrument_AndNoOther() =>
        Assert.Equal(Instrument.All.Select(instrument => instrument.Name).Distinct().Order(), Documented().Keys.Order());

    [Fact]
    public void Alerts_AskForWhatIsEmitted_AndSayWhatToDo()
    {
        var rules = Rules().ToList();

        Assert.InRange(rules.Count, 10, 40);
        Assert.Equal(rules.Count, rules.Select(rule => Of(rule, "alert")).Distinct().Count());
        Assert.All(rules, rule => Check(Of(rule, "expr")));
        Assert.All(rules, rule =>
        {
            Assert.True(Of((YamlMappingNode)rule["labels"], "severity") is "page" or "warning");
            var annotations = (YamlMappingNode)rule["annotations"];
            Assert.InRange(Of(annotations, "summary").Length, 10, 120);
            Assert.EndsWith(".", Of(annotations, "description"), StringComparison.Ordinal);

            // What a message names must be left by the expression.
            var by = By().Matches(Of(rule, "expr")).SelectMany(match => match.Groups["labels"].Value.Split(", ")).ToHashSet();
            Assert.All(LabelInText().Matches(Of(annotations, "summary") + Of(annotations, "description")), match => Assert.Contains(match.Groups["label"].Value, by));
        });
    }

    [Fact]
    public void Alerts_AreInTheRunbook_AndLeadToTheirPlace()
    {
        var runbook = Markdown.Read(Runbook);
        var anchors = Markdown.Anchors(runbook);
        Assert.All(Rules(), rule =>
        {
            var alert = Of(rule, "alert");
            var row = Assert.Single(runbook.Split('\n'), line => line.StartsWith($"| `{alert}` |", StringComparison.Ordinal));
            Assert.Contains($"| {Of((YamlMappingNode)rule["labels"], "severity")} |", row, StringComparison.Ordinal);

            // The row and the message name the same section.
            var place = Of((YamlMappingNode)rule["annotations"], "runbook").Split('#');
            Assert.Equal(Runbook, place[0]);
            Assert.Contains(place[1], anchors);
            Assert.Contains($"](#{place[1]})", row, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Runbook_NamesNoAlertThatIsNot()
    {
        var alerts = Rules().Select(rule => Of(rule, "alert")).ToHashSet();

        Assert.All(Code().Matches(Markdown.Read(Runbook)).Select(match => match.Groups["code"].Value).Where(code => AlertName().IsMatch(code)), name => Assert.Contains(name, alerts));
    }

    [Fact]
    public void Dashboard_AsksForWhatIsEmitted()
    {
        using var dashboard = JsonDocument.Parse(File.ReadAllText(RepositoryRoot.Combine("deploy", "observability", "grafana", "dr-resilience.json")));
        var panels = dashboard.RootElement.GetProperty("panels").EnumerateArray().Where(panel => panel.TryGetProperty("targets", out _)).ToList();
        var queries = panels.SelectMany(panel => panel.GetProperty("targets").EnumerateArray()).Select(target => target.GetProperty("expr").GetString()!)
            .Concat(dashboard.RootElement.GetProperty("annotations").GetProperty("list").EnumerateArray().Select(annotation => annotation.GetProperty("expr").GetString()!))
            .ToList();

        Assert.InRange(queries.Count, 15, 60);
        Assert.All(queries, Check);
        Assert.Equal(panels.Count, panels.Select(panel => panel.GetProperty("id").GetInt32()).Distinct().Count());
        Assert.All(panels, panel => Assert.NotEmpty(panel.GetProperty("description").GetString()!));

        // A choice lists what is emitted, and none of databases is offered for calls, or the other way round.
        var choices = dashboard.RootElement.GetProperty("templating").GetProperty("list").EnumerateArray().Where(choice => choice.GetProperty("type").GetString() == "query").ToList();
        Assert.All(choices, choice =>
        {
            var values = LabelValues().Match(choice.GetProperty("query").GetString()!);
            Check($"sum by ({values.Groups["label"].Value}) ({values.Groups["series"].Value})");
        });
        Assert.All(queries.Where(query => query.Contains("dr_dependency=~", StringComparison.Ordinal)), query =>
            Assert.Equal(OfDatabases().IsMatch(query) ? "database" : "dependency", Choice().Match(query).Groups["name"].Value));
        Assert.All(queries, query => Assert.Contains("job=~\"$service\"", query, StringComparison.Ordinal));
    }

    [Fact]
    public void Check_FindsAWrongNameAndAWrongLabel()
    {
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Check("sum(rate(dr_region_failover_total[5m]))"));
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Check("dr_region_recovery_time_bucket"));
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Check("""dr_breaker_state{dr_region="a"}"""));
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Check("sum by (dr_service) (dr_breaker_state)"));
        Check("""sum by (dr_dependency) (dr_breaker_state{dr_dependency="a"})""");
    }

    /// <summary>Every series is one of an instrument, and every label one of its tags.</summary>
    private static void Check(string query)
    {
        var documented = Documented();
        var bare = Strings().Replace(query, "");
        var allowed = new HashSet<string>(Added);
        var series = Series().Matches(By().Replace(Selector().Replace(bare, ""), "")).Select(match => match.Value).ToList();
        Assert.NotEmpty(series);
        foreach (var name in series)
        {
            var instrument = Assert.Single(Instrument.All, instrument => instrument.Series().Contains(name));
            allowed.UnionWith(documented[instrument.Name]);
        }

        var labels = Selector().Matches(bare).SelectMany(match => Label().Matches(match.Groups["labels"].Value).Select(label => label.Groups["label"].Value))
            .Concat(By().Matches(bare).SelectMany(match => match.Groups["labels"].Value.Split(',', StringSplitOptions.TrimEntries)));
        Assert.All(labels, label => Assert.Contains(label, allowed));
    }

    /// <summary>The instruments of the page's tables, those of gauges among them, with their tags as labels.</summary>
    private static Dictionary<string, string[]> Documented()
    {
        var documented = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (var cells in File.ReadAllLines(RepositoryRoot.Combine("docs", "telemetry.md")).Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line.Split('|')))
        {
            var names = Code().Matches(cells[1]).Select(match => match.Groups["code"].Value).Where(name => name.Contains('.', StringComparison.Ordinal)).ToList();
            var tags = Code().Matches(cells.Length >= 5 ? cells[3] : "").Select(match => match.Groups["code"].Value.Replace('.', '_')).ToList();
            foreach (var name in names.Where(name => cells.Length >= 5))
            {
                documented[name] = [.. tags, .. Standard(name)];
            }
        }

        return documented;
    }

    // Of all pipelines and of all that belongs to a dependency, as the text between the tables says.
    private static string[] Standard(string name) =>
        name.StartsWith("resilience.polly", StringComparison.Ordinal) ? ["pipeline_name", "pipeline_instance", "event_name", "strategy_name"]
        : name.StartsWith("dr.breaker", StringComparison.Ordinal) || name.StartsWith("dr.retry", StringComparison.Ordinal) || name.StartsWith("dr.bulkhead", StringComparison.Ordinal)
            ? ["dr_dependency", "pipeline_instance"] : [];

    private static IEnumerable<YamlMappingNode> Rules()
    {
        using var text = File.OpenText(RepositoryRoot.Combine("deploy", "observability", "prometheus", "dr-resilience.rules.yaml"));
        var yaml = new YamlStream();
        yaml.Load(text);
        return ((YamlSequenceNode)yaml.Documents[0].RootNode["groups"]).SelectMany(group => (YamlSequenceNode)group["rules"]).Cast<YamlMappingNode>();
    }

    private static string Of(YamlMappingNode node, string key) => ((YamlScalarNode)node[key]).Value!;

    [GeneratedRegex("`(?<code>[^`]+)`", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Code();

    [GeneratedRegex(@"^label_values\((?<series>\w+), (?<label>\w+)\)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LabelValues();

    [GeneratedRegex(@"\bdr_(region|switch|operations)_", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex OfDatabases();

    [GeneratedRegex("dr_dependency=~\"\\$(?<name>\\w+)\"", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Choice();

    [GeneratedRegex("^Dr[A-Z][A-Za-z]+$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex AlertName();

    [GeneratedRegex("\"[^\"]*\"", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Strings();

    [GeneratedRegex(@"\b(dr|resilience)_[a-z_]+", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Series();

    [GeneratedRegex(@"\{(?<labels>[^}]*)\}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Selector();

    [GeneratedRegex(@"(?<label>\w+)\s*(=~|!~|!=|=)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Label();

    [GeneratedRegex(@"\bby\s*\((?<labels>[^)]*)\)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex By();

    [GeneratedRegex(@"\$labels\.(?<label>\w+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LabelInText();
}
