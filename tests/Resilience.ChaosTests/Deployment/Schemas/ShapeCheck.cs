using System.Text.Json;
using System.Text.Json.Nodes;

namespace Resilience.ChaosTests.Deployment.Schemas;

/// <summary>Names everything in a document that its shape does not allow.</summary>
internal static class ShapeCheck
{
    public static IEnumerable<string> Check(JsonNode? node, Shape shape, string path) => shape switch
    {
        Shape.Fields fields => node is JsonObject value ? Check(value, fields, path) : [$"{path}: is not an object"],
        Shape.Map map => node is JsonObject value ? value.SelectMany(pair => Check(pair.Value, map.Value, $"{path}.{pair.Key}")) : [$"{path}: is not an object"],
        Shape.Sequence list => node is JsonArray { Count: > 0 } value ? value.SelectMany((item, i) => Check(item, list.Item, $"{path}[{i}]")) : [$"{path}: is not a list with an entry"],
        Shape.Scalar scalar => scalar.Check(Value(node)) is { } problem ? [$"{path}: '{node}' {problem}"] : [],
        _ => [],
    };

    private static IEnumerable<string> Check(JsonObject value, Shape.Fields fields, string path)
    {
        foreach (var missing in fields.Required.Where(name => !value.ContainsKey(name)))
        {
            yield return $"{path}: '{missing}' is missing";
        }

        foreach (var (name, child) in value)
        {
            if (!fields.All.TryGetValue(name, out var shape))
            {
                yield return $"{path}: unknown field '{name}'; known are {string.Join(", ", fields.All.Keys)}";
                continue;
            }

            foreach (var problem in Check(child, shape, $"{path}.{name}"))
            {
                yield return problem;
            }
        }
    }

    private static object? Value(JsonNode? node) => node?.GetValueKind() switch
    {
        JsonValueKind.String => node.GetValue<string>(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number => long.TryParse(node.ToJsonString(), out var whole) ? (object)whole : node.GetValue<double>(),
        _ => null,
    };
}
