using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Resilience.Internal;

namespace Resilience.Sdk.Tests.Configuration.Schema;

/// <summary>Writes a catalog as a JSON schema, as editors take it from packages to complete and check appsettings.json.</summary>
/// <remarks>Nothing is said to be required: a configuration is put together from several files.</remarks>
internal static class JsonSchema
{
    /// <summary>Hours, minutes and, as a rule, seconds; days before, a fraction behind. A bare number would be days, and is refused.</summary>
    private const string Duration = @"(\d+\.)?([01]?\d|2[0-3]):[0-5]?\d(:[0-5]?\d(\.\d{1,7})?)?";

    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="root">The root of a catalog.</param>
    /// <param name="logCategory">The category of the package's logs; null when it adds none.</param>
    public static string Of(ConfigurationNode root, string? logCategory)
    {
        var schema = new JsonObject();
        if (logCategory is not null)
        {
            schema["definitions"] = new JsonObject
            {
                ["logLevel"] = new JsonObject { ["properties"] = new JsonObject { [logCategory] = new JsonObject { ["$ref"] = "#/definitions/logLevelThreshold" } } },
            };
        }

        schema["type"] = "object";
        schema["properties"] = Properties(root);
        return schema.ToJsonString(Format) + "\n";
    }

    private static JsonObject Properties(ConfigurationNode node) =>
        new(node.Children.OrderBy(child => child.Name, StringComparer.Ordinal).Select(child => KeyValuePair.Create(child.Name, (JsonNode?)Of(child))));

    private static JsonObject Of(ConfigurationNode node)
    {
        var schema = Shape(node);
        var description = node.Meaning.Replace("`", "", StringComparison.Ordinal);
        if (node.Read is { Kind: ConfigurationKeyKind.Duration, Min: TimeSpan min, Max: TimeSpan max })
        {
            description = $"{description} {Text.Of(min)} to {Text.Of(max)}{(node.Read.CanBeOff ? ", or off" : "")}.".TrimStart();
        }

        if (description.Length > 0)
        {
            schema["description"] = description;
        }

        if (node.Read.Default is { } value)
        {
            schema["default"] = Value(value);
        }

        return schema;
    }

    private static JsonObject Shape(ConfigurationNode node) => node.Read.Kind switch
    {
        ConfigurationKeyKind.Section => Section(node),
        ConfigurationKeyKind.Sections when node.Children is [{ Name: "{n}" } element] => new() { ["type"] = "array", ["items"] = Of(element) },
        ConfigurationKeyKind.Sections => new() { ["type"] = "object", ["additionalProperties"] = Of(node.Children[0]) },
        ConfigurationKeyKind.Text when node.Read.Names.Count > 0 => new() { ["anyOf"] = new JsonArray(Names(node.Read.Names), new JsonObject { ["type"] = "string" }) },
        ConfigurationKeyKind.Text => new() { ["type"] = "string" },
        ConfigurationKeyKind.Texts => new() { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string" } },
        ConfigurationKeyKind.Duration => new() { ["type"] = "string", ["pattern"] = node.Read.CanBeOff ? $"^([Oo]ff|{Duration})?$" : $"^{Duration}$" },
        ConfigurationKeyKind.Integer => Number("integer", node),
        ConfigurationKeyKind.Number when node.Read.CanBeOff => new() { ["anyOf"] = new JsonArray(Number("number", node), Names(["off"])) },
        ConfigurationKeyKind.Number => Number("number", node),
        ConfigurationKeyKind.Boolean => new() { ["type"] = "boolean" },
        ConfigurationKeyKind.Choice => Names(node.Read.Names),
        _ => throw new InvalidOperationException($"'{node.Path}' is read as {node.Read.Kind}, which has no form in a JSON schema."),
    };

    private static JsonObject Section(ConfigurationNode node)
    {
        var section = new JsonObject { ["type"] = "object", ["properties"] = Properties(node) };
        if (!node.IsOpen)
        {
            section["additionalProperties"] = false;
        }

        return section;
    }

    private static JsonObject Number(string type, ConfigurationNode node) => new()
    {
        ["type"] = type,
        [node.MinIsExclusive ? "exclusiveMinimum" : "minimum"] = Value(node.Read.Min!),
        ["maximum"] = Value(node.Read.Max!),
    };

    private static JsonNode Value(object value) => value switch
    {
        int number => number,
        double number => number,
        bool truth => truth,
        _ => Text.Of(value),
    };

    private static JsonObject Names(IReadOnlyList<string> names) => new() { ["enum"] = new JsonArray([.. names.Select(name => (JsonNode)name)]) };
}
