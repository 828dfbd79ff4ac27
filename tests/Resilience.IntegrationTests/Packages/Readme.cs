using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Resilience.TestKit;

namespace Resilience.IntegrationTests.Packages;

/// <summary>What the README tells newcomers to write and to run, as it stands there.</summary>
internal static partial class Readme
{
    private static readonly string Text = File.ReadAllText(Path.Combine(ServicePaths.RepositoryRoot, "README.md"));

    public static string Program => Block("csharp");

    /// <summary>What belongs into appsettings.json.</summary>
    public static JsonObject Settings => JsonNode.Parse($"{{{Block("json")}}}")!.AsObject();

    /// <summary>The first command of the first block that begins in a certain way, without its comment.</summary>
    public static string Command(string beginning) => Block("sh").Split('\n')
        .Select(line => Comment().Replace(line, "").Trim())
        .First(line => line.StartsWith(beginning, StringComparison.Ordinal));

    private static string Block(string language) => Blocks().Matches(Text).First(block => block.Groups["language"].Value == language).Groups["code"].Value;

    [GeneratedRegex("^```(?<language>\\w+)\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Blocks();

    [GeneratedRegex(@"\s#\s.*$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Comment();
}
