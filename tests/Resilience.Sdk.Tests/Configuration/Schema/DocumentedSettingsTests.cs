using System.Text.Json;
using Json.Schema;
using Microsoft.Extensions.DependencyInjection;
using Resilience.Redis.DependencyInjection;
using Resilience.Sdk.Tests.Architecture;

namespace Resilience.Sdk.Tests.Configuration.Schema;

/// <summary>An editor that knows the schema has nothing to say against what the documentation shows, and marks what the host would refuse.</summary>
public sealed class DocumentedSettingsTests
{
    private static readonly ConfigurationNode Catalog = ConfigurationCatalog.Of(new RedisKind(new ServiceCollection().BuildServiceProvider(), []));
    private static readonly Json.Schema.JsonSchema Schema = Json.Schema.JsonSchema.FromText(JsonSchema.Of(Catalog, logCategory: null));

    public static TheoryData<string, string> Blocks()
    {
        var blocks = new TheoryData<string, string>();
        foreach (var page in Markdown.Pages)
        {
            foreach (var settings in Markdown.Blocks(Markdown.Read(page), "json").Select(Settings).OfType<string>())
            {
                blocks.Add(page, settings);
            }
        }

        return blocks;
    }

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Block_OfDocumentation_IsValid(string page, string settings) => Assert.True(Evaluate(settings).Length == 0, $"{page}: {Evaluate(settings)}");

    [Fact]
    public void Template_IsValid() => Assert.Empty(Evaluate(File.ReadAllText(RepositoryRoot.Combine("templates", "dr-service", "appsettings.json"))));

    [Theory]
    [InlineData("""{ "Regoin": "us-east-1" }""")]
    [InlineData("""{ "Region": { "Name": "us-east-1" } }""")]
    [InlineData("""{ "Dependencies": { "a": { "Retry": { "Delay": 30 } } } }""")]
    [InlineData("""{ "Dependencies": { "a": { "Retry": { "Delay": "30" } } } }""")]
    [InlineData("""{ "Dependencies": { "a": { "Retry": { "MaxRetryAttempts": 101 } } } }""")]
    [InlineData("""{ "Dependencies": { "a": { "CircuitBreaker": { "FailureRatio": 0 } } } }""")]
    [InlineData("""{ "Dependencies": { "a": { "CircuitBreaker": { "Mode": "On" } } } }""")]
    [InlineData("""{ "Dependencies": { "a": { "Redis": { "Host": "redis" } } } }""")]
    [InlineData("""{ "Dependencies": { "a": { "Postgres": { "Regions": [{ "Name": "a", "Connection": "Host=a" }] } } } }""")]
    [InlineData("""{ "Health": { "ManagementPort": 65536 } }""")]
    public void Mistake_IsMarked(string section) => Assert.NotEmpty(Evaluate($$"""{ "DrResilience": {{section}} }"""));

    /// <summary>The settings that a block shows, whole; null when it shows something else.</summary>
    private static string? Settings(string code)
    {
        var text = code.TrimStart().StartsWith('{') ? code : $"{{{code}}}";
        try
        {
            using var json = JsonDocument.Parse(text);
            var names = json.RootElement.EnumerateObject().Select(property => property.Name).ToList();
            return names.Exists(name => Catalog.Find(name) is not null) ? text
                : names.Count > 0 && names.TrueForAll(name => Catalog.Find("DrResilience")!.Find(name) is not null) ? $$"""{ "DrResilience": {{text}} }"""
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <returns>Everything that is wrong; empty when nothing is.</returns>
    private static string Evaluate(string settings)
    {
        using var json = JsonDocument.Parse(settings);
        var results = Schema.Evaluate(json.RootElement, new EvaluationOptions { OutputFormat = OutputFormat.List });
        return results.IsValid ? "" : string.Join("; ", (results.Details ?? []).Where(detail => detail.Errors is not null)
            .Select(detail => $"{detail.InstanceLocation}: {string.Join(", ", detail.Errors!.Values)}").Append("invalid"));
    }
}
