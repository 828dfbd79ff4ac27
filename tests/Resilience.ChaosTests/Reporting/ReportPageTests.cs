using System.Xml;
using System.Xml.Linq;
using GameDay.Checks;
using GameDay.History;
using GameDay.Objectives;
using GameDay.Reporting;
using GameDay.Reporting.Page;
using GameDay.Reporting.Trends;

namespace Resilience.ChaosTests.Reporting;

/// <summary>The page is written so that it is well-formed XML too; that lets these tests see it as a browser does.</summary>
public sealed class ReportPageTests
{
    private const string Hostile = "</title></style><script>alert(1)</script><img src=x onerror=\"alert(2)\">'\"&]]>\0\u202E";

    public static TheoryData<string> Reports => new(All.Keys);

    private static Dictionary<string, ExperimentReport> All { get; } = new(StringComparer.Ordinal)
    {
        ["whole"] = SampleRun.Report(),
        ["hostile"] = HostileReport(),
        ["bare"] = Bare(),
        ["bare with a timeline"] = Bare() with { Timeline = SampleRun.Report().Timeline },
        ["bare with a series"] = Bare() with { Series = SampleRun.Report().Series },
        ["one moment"] = Bare() with { Timeline = [new TimelineEntry(SampleRun.Start, 0, "runner", "killed")] },
    };

    [Theory]
    [MemberData(nameof(Reports))]
    public void Write_AnyReport_NeedsNothingElse(string name)
    {
        var page = Page(All[name]);

        Assert.DoesNotContain(page.Descendants(), e => e.Name.LocalName is "script" or "img" or "link" or "iframe" or "object" or "form");
        Assert.DoesNotContain(page.Descendants().Attributes(), a => a.Name.LocalName.StartsWith("on", StringComparison.OrdinalIgnoreCase) || a.Name.LocalName is "src" or "style");
        Assert.All(page.Descendants().Attributes("href"), a => Assert.Matches(@"^(#[a-z]+|(report|audit)\.json|(history|trend)\.jsonl)$", a.Value));
        Assert.DoesNotMatch("@import|url\\((?!#)", page.Descendants("style").Single().Value);
    }

    [Theory]
    [MemberData(nameof(Reports))]
    public void Write_AnyReport_CanBeReadByEverybody(string name)
    {
        var page = Page(All[name]);

        Assert.Equal("en", page.Root!.Attribute("lang")?.Value);
        Assert.NotEmpty(page.Descendants("title").First().Value);
        Assert.All(page.Descendants("th"), th => Assert.Contains(th.Attribute("scope")?.Value, new[] { "col", "row" }));
        Assert.All(page.Descendants("table"), table => Assert.NotEmpty(table.Element("caption")!.Value));
        Assert.All(page.Descendants("svg"), svg =>
        {
            Assert.Equal("img", svg.Attribute("role")?.Value);
            Assert.Equal(
                [svg.Element("title")!.Attribute("id")!.Value, svg.Element("desc")!.Attribute("id")!.Value],
                svg.Attribute("aria-labelledby")!.Value.Split(' '));
        });
        Assert.All(page.Descendants().Where(e => e.Attribute("class")?.Value == "scroll"), e => Assert.Equal("0", e.Attribute("tabindex")?.Value));
        var ids = page.Descendants().Attributes("id").Select(a => a.Value).ToList();
        Assert.Equal(ids.Distinct(StringComparer.Ordinal), ids);
        Assert.All(page.Descendants().Attributes("href").Where(a => a.Value[0] == '#'), a => Assert.Contains(a.Value[1..], ids));
        AssertHeadingsInOrder(page);
    }

    [Fact]
    public void Write_HostileNames_AreShownAndNothingMore()
    {
        var page = Page(All["hostile"]);

        var shown = Hostile.Replace('\0', '\uFFFD').Replace('\u202E', '\uFFFD');
        Assert.Contains(shown, page.Descendants("h1").Single().Value, StringComparison.Ordinal);
        Assert.True(page.Descendants("td").Count(td => td.Value.Contains(shown, StringComparison.Ordinal)) >= 8);
    }

    [Theory]
    [InlineData("region-failover", "run region-failover --seed")]
    [InlineData("a'; rm -rf ~; '", @"run 'a'\''; rm -rf ~; '\''' --seed")]
    [InlineData("--help", "run '--help' --seed")]
    public void Write_TheCommandToRunItAgain_IsOneWordForTheShell(string experiment, string expected) =>
        Assert.Contains(expected, Page(Bare() with { Experiment = experiment }).Descendants("code").Single().Value, StringComparison.Ordinal);

    [Fact]
    public void Write_ARun_SaysItsVerdictFirst()
    {
        var page = Page(SampleRun.Report());

        Assert.Equal("✗ failed region-failover", page.Descendants("h1").Single().Value);
        Assert.StartsWith("FAILED: region-failover", page.Descendants("title").First().Value, StringComparison.Ordinal);
        Assert.Equal("no request failed", Rows(page, "The parts of the hypothesis")[0][0]);
    }

    [Fact]
    public void Write_TheTables_HoldWhatIsDrawn()
    {
        var report = SampleRun.Report();
        var page = Page(report);

        Assert.Equal(report.Series.Buckets.Count, Rows(page, "Requests that ended in each 0.25 s").Count);
        Assert.Equal(report.Timeline.Select(e => e.Event), Rows(page, "What the runner, the service and the clients saw").Select(r => r[4]));
        Assert.Equal(["kill -9", "us-east-1", "+0.000", "to the end"], Rows(page, "What was done to the system")[0]);
        Assert.Equal("✓ met", Rows(page, "Objectives and what was measured")[2][4]);
        Assert.Equal("$8,333.33", Rows(page, "Business impact, by the business impact analysis")[0][3]);
        Assert.Equal("1.020", Rows(page, "Phases of the recovery")[1][2]);
    }

    [Fact]
    public void Write_SeveralRuns_DrawsTheTrendOfTheSameExperimentOnly()
    {
        var other = Entry(9) with { Experiment = "pod-kill" };

        var page = Page(SampleRun.Report(), new Trend([Entry(1), other, Entry(2)], ["A line was damaged."]));

        Assert.Equal(2, Rows(page, "The last runs of region-failover").Count);
        Assert.Contains(page.Descendants("p"), p => p.Value == "A line was damaged.");
    }

    [Fact]
    public void Write_TheLongestRun_StaysSmall()
    {
        var buckets = Enumerable.Range(0, RequestSeries.MostBuckets).Select(i => new SeriesBucket(i, 90, 8, 2, 12.5, 480.25));
        var entries = Enumerable.Range(0, 5_000).Select(i => new TimelineEntry(SampleRun.Start, i / 20d, "service", $"event {i} with a text of the usual length"));
        var episodes = Enumerable.Range(0, 500).Select(i => new Episode($"pod-{i}", i / 4d, (i / 4d) + 10, "not ready"));

        var text = ReportPage.Write(
            SampleRun.Report() with { Series = new RequestSeries(1, [.. buckets]), Timeline = [.. entries], Episodes = [.. episodes] },
            new Trend([.. Enumerable.Range(0, 1_000).Select(Entry)], []));

        var page = Parse(text);
        Assert.True(page.Descendants("line").Count(l => l.Attribute("class")?.Value == "marker") <= 200);
        Assert.InRange(text.Length, 100_000, 2_000_000);
    }

    private static TrendEntry Entry(int seed) => new(SampleRun.Start.AddDays(seed), "region-failover", Verdict.Passed, 1.25 + (seed % 7 * 0.1), 0, 99.5, 0, seed);

    private static XDocument Page(ExperimentReport report, Trend? trend = null) => Parse(ReportPage.Write(report, trend ?? new Trend([TrendEntry.Of(report)], [])));

    private static XDocument Parse(string page)
    {
        Assert.StartsWith("<!DOCTYPE html>\n<html lang=\"en\">", page, StringComparison.Ordinal);
        using var reader = XmlReader.Create(new StringReader(page), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        return XDocument.Load(reader);
    }

    private static List<List<string>> Rows(XDocument page, string caption) =>
        [.. page.Descendants("table").Single(t => t.Element("caption")!.Value.StartsWith(caption, StringComparison.Ordinal))
            .Element("tbody")!.Elements("tr").Select(tr => tr.Elements().Select(e => e.Value).ToList())];

    private static void AssertHeadingsInOrder(XDocument page)
    {
        var levels = page.Descendants().Select(e => e.Name.LocalName).Where(n => n is ['h', >= '1' and <= '6']).Select(n => n[1] - '0').ToList();
        Assert.Equal(1, levels[0]);
        Assert.Single(levels, 1);
        Assert.All(levels.Zip(levels.Skip(1)), pair => Assert.True(pair.Second <= pair.First + 1, "A heading skips a level."));
    }

    private static ExperimentReport Bare() => new()
    {
        Experiment = "pod-kill",
        Hypothesis = "It holds.",
        Verdict = Verdict.Inconclusive,
        Reason = "Nothing was measured.",
        Seed = 1,
        StartedAt = SampleRun.Start,
        Requests = new RequestCounts(0, 0, 0, 0),
        LatencyMs = LatencySummary.Of([]),
        Rto = new RecoveryTime(60, null, null),
        Rpo = new RecoveryPoint(0, 0, null),
        Checks = [],
        Windows = [],
        Timeline = [],
    };

    private static ExperimentReport HostileReport()
    {
        var report = SampleRun.Report();
        return report with
        {
            Experiment = Hostile,
            Hypothesis = Hostile,
            Reason = Hostile,
            Checks = [new CheckResult(Hostile, false, Hostile)],
            Windows = [report.Windows[0] with { Name = Hostile }],
            Failures = [Hostile],
            Rpo = report.Rpo with { AcknowledgedLost = 1, LostPaymentIds = [Hostile] },
            Timeline = [report.Timeline[0] with { Source = Hostile, Event = Hostile }],
            Faults = [new FaultSpan(Hostile, Hostile, 0, null)],
            Episodes = [new Episode(Hostile, 0, 1, Hostile)],
            Impact = new Impact(Hostile, 1, Hostile, "<", 1, 1, 1),
            Objectives = [new ObjectiveResult("rto", Hostile, 1, 1, true, Hostile) { Phases = [new PhaseShare(Hostile, 1, 1, 1)] }],
            Environment = new RunEnvironment(Hostile, Hostile, 1, Hostile, Hostile, Hostile, Hostile),
        };
    }
}
