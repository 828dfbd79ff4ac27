using System.Text.Json.Nodes;

namespace Resilience.ChaosTests.Deployment.Rules;

/// <summary>Everything that has a name in a document, at any depth.</summary>
internal static class Nodes
{
    public static IEnumerable<(string Name, JsonNode Node)> Named(JsonNode? root) => root switch
    {
        JsonObject value => value.Where(pair => pair.Value is not null).SelectMany(pair => Named(pair.Value).Prepend((pair.Key, pair.Value!))),
        JsonArray list => list.SelectMany(Named),
        _ => [],
    };

    public static IEnumerable<JsonNode> Of(JsonNode? root, string name) => Named(root).Where(entry => entry.Name == name).Select(entry => entry.Node);

    /// <summary>The texts of a field, which is one or a list.</summary>
    public static IEnumerable<string> Texts(JsonNode? root, string name) => Of(root, name).SelectMany(Values);

    public static IEnumerable<string> Values(JsonNode? node) => node switch
    {
        JsonArray list => list.SelectMany(Values),
        JsonObject => [],
        null => [],
        _ => [node.ToString()],
    };

    /// <summary>Every text, wherever it stands.</summary>
    public static IEnumerable<string> AllTexts(JsonNode? root) => root switch
    {
        JsonObject value => value.SelectMany(pair => AllTexts(pair.Value)),
        JsonArray list => list.SelectMany(AllTexts),
        _ => Values(root),
    };
}
