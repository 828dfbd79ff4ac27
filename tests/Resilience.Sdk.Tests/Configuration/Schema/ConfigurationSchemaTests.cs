using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Resilience.Redis.DependencyInjection;
using Resilience.Sdk.Tests.Architecture;

namespace Resilience.Sdk.Tests.Configuration.Schema;

/// <summary>
/// The schemas of the packages and the page of reference are what the readers read. When a reader has changed, run the tests with
/// APPROVE_CONFIGURATION_SCHEMA=1 and commit the files with the change.
/// </summary>
public sealed class ConfigurationSchemaTests
{
    private static readonly RedisKind Redis = new(new ServiceCollection().BuildServiceProvider(), []);
    private static readonly ConfigurationNode Everything = Catalog(withRedis: true);
    private static readonly ConfigurationNode Sdk = Catalog(withRedis: false);

    public static TheoryData<string> Ranges() => [.. Everything.Descendants().Where(node => node.Read.Min is not null).Select(node => node.Path)];

    [Fact]
    public void Schema_OfSdk_IsAsRead() => Compare(RepositoryRoot.Combine("src", "Resilience.Sdk", "ConfigurationSchema.json"), JsonSchema.Of(Sdk, "Resilience"));

    [Fact]
    public void Schema_OfRedis_IsAsRead() =>
        Compare(RepositoryRoot.Combine("src", "Resilience.Redis", "ConfigurationSchema.json"), JsonSchema.Of(Added(Everything, Sdk), logCategory: null));

    [Fact]
    public void Reference_IsAsRead() => Compare(RepositoryRoot.Combine("docs", "configuration-reference.md"), ReferencePage.Of(Everything));

    [Fact]
    public void Everything_HasAMeaning() => Assert.Empty(Everything.Descendants().Where(node => node.Meaning.Length == 0).Select(node => node.Path));

    /// <summary>The bounds that are written down are those that hold, those of the validators included.</summary>
    [Theory]
    [MemberData(nameof(Ranges))]
    public void Range_IsTheOneThatHolds(string path)
    {
        var node = Everything.Descendants().Single(one => one.Path == path);
        var (below, above) = node.Read switch
        {
            { Min: TimeSpan min, Max: TimeSpan max } => ((object)(min - TimeSpan.FromTicks(1)), (object)(max + TimeSpan.FromTicks(1))),
            { Min: int min, Max: int max } => (min - 1L, max + 1L),
            { Min: double min, Max: double max } => (node.MinIsExclusive ? min : min - 1e-6, max + 1e-6),
            _ => throw new InvalidOperationException($"'{path}' has bounds of an unknown type."),
        };

        Assert.True(ConfigurationCatalog.Refuses(node, below, Redis), $"{below} is accepted.");
        Assert.True(ConfigurationCatalog.Refuses(node, above, Redis), $"{above} is accepted.");
        Assert.False(!node.MinIsExclusive && ConfigurationCatalog.Refuses(node, node.Read.Min!, Redis), $"{node.Read.Min} is refused.");
        Assert.False(ConfigurationCatalog.Refuses(node, node.Read.Max!, Redis), $"{node.Read.Max} is refused.");
    }

    /// <summary>An editor marks as wrong what the host would refuse, and nothing else.</summary>
    [Theory]
    [InlineData("00:00:30", true, true)]
    [InlineData("0:30", true, true)]
    [InlineData("00:00:00.1", true, true)]
    [InlineData("23:59:59.9999999", true, true)]
    [InlineData("1.00:00:00", true, true)]
    [InlineData("30", false, false)]
    [InlineData("1.5", false, false)]
    [InlineData("24:00", false, false)]
    [InlineData("24:00:00", false, false)]
    [InlineData("00:60", false, false)]
    [InlineData("-00:00:01", false, false)]
    [InlineData("30s", false, false)]
    [InlineData("off", false, true)]
    [InlineData("", false, true)]
    public void Duration_SchemaAndReader_Agree(string text, bool isDuration, bool isOptionalDuration)
    {
        var duration = Everything.Descendants().Single(node => node.Path == "DrResilience:Objectives:Rto");
        var optional = Everything.Descendants().Single(node => node.Path == "DrResilience:Inbound:Deadline:Max");

        Assert.Equal(isDuration, !ConfigurationCatalog.Refuses(duration, text));
        Assert.Equal(isDuration, Matches(text, "Objectives", "Rto"));
        Assert.Equal(isOptionalDuration, !ConfigurationCatalog.Refuses(optional, text));
        Assert.Equal(isOptionalDuration, Matches(text, "Inbound", "Deadline", "Max"));
    }

    private static bool Matches(string text, params IEnumerable<string> path)
    {
        var schema = path.Prepend("DrResilience").Aggregate(JsonNode.Parse(JsonSchema.Of(Sdk, logCategory: null))!, (node, name) => node["properties"]![name]!);
        return Regex.IsMatch(text, (string)schema["pattern"]!, RegexOptions.None, TimeSpan.FromSeconds(1));
    }

    private static ConfigurationNode Catalog(bool withRedis)
    {
        var root = withRedis ? ConfigurationCatalog.Of(Redis) : ConfigurationCatalog.Of();
        ConfigurationMeanings.Add(root);
        return root;
    }

    /// <summary>What one catalog has and the other has not, with the sections above it; those are another package's to describe.</summary>
    private static ConfigurationNode Added(ConfigurationNode all, ConfigurationNode known)
    {
        var added = new ConfigurationNode(all.Path) { Read = all.Read, IsOpen = true };
        foreach (var child in all.Children)
        {
            if (known.Find(child.Name) is not { } same)
            {
                added.Children.Add(child);
            }
            else if (Added(child, same) is { Children.Count: > 0 } below)
            {
                added.Children.Add(below);
            }
        }

        return added;
    }

    private static void Compare(string path, string actual)
    {
        if (Environment.GetEnvironmentVariable("APPROVE_CONFIGURATION_SCHEMA") == "1")
        {
            File.WriteAllText(path, actual);
        }

        Assert.Equal(File.ReadAllText(path), actual);
    }
}
