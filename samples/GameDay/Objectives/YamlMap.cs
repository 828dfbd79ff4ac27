using Resilience.Internal;
using YamlDotNet.RepresentationModel;

namespace GameDay.Objectives;

/// <summary>A map whose keys are all known and all required.</summary>
internal sealed class YamlMap
{
    private readonly YamlMappingNode _map;
    private readonly string _what;
    private readonly YamlErrors _errors;

    private YamlMap(YamlMappingNode map, string what, YamlErrors errors)
    {
        _map = map;
        _what = what;
        _errors = errors;
    }

    public long Line => _map.Start.Line;

    /// <param name="what">As messages call it, for instance "a system".</param>
    /// <returns>Null when the node is no map; unknown keys are reported and otherwise ignored.</returns>
    public static YamlMap? Of(YamlNode node, string what, IReadOnlyList<string> known, YamlErrors errors)
    {
        if (node is not YamlMappingNode map)
        {
            errors.Add(node.Start.Line, $"Here {what} must be a map with {string.Join(", ", known)}.");
            return null;
        }

        foreach (var key in map.Children.Keys)
        {
            var name = (key as YamlScalarNode)?.Value ?? "";
            if (!known.Contains(name, StringComparer.Ordinal))
            {
                errors.Add(key.Start.Line, $"'{name}' is no key of {what}; {Suggestion(name, known)}");
            }
        }

        return new YamlMap(map, what, errors);
    }

    /// <summary>Null, and an error, when the key is missing.</summary>
    public YamlNode? Node(string key)
    {
        if (_map.Children.TryGetValue(key, out var node))
        {
            return node;
        }

        _errors.Add(Line, $"'{key}' is missing in {_what}.");
        return null;
    }

    /// <summary>Null, and an error, when the key is missing or its value is none that <paramref name="parse"/> takes.</summary>
    public T? Text<T>(string key, Func<string, T?> parse, string allowed)
        where T : class
    {
        if (Node(key) is not { } node)
        {
            return null;
        }

        var text = (node as YamlScalarNode)?.Value;
        var value = text is null ? null : parse(text);
        if (value is null)
        {
            _errors.Add(node.Start.Line, $"{key} is {Shown(text)}; it must be {allowed}.");
        }

        return value;
    }

    /// <inheritdoc cref="Text{T}"/>
    public T? Value<T>(string key, Func<string, T?> parse, string allowed)
        where T : struct =>
        (T?)Text<object>(key, text => parse(text), allowed);

    public string? OneOf(string key, IReadOnlyList<string> known)
    {
        if (Node(key) is not { } node)
        {
            return null;
        }

        var text = (node as YamlScalarNode)?.Value;
        if (text is not null && known.Contains(text, StringComparer.Ordinal))
        {
            return text;
        }

        _errors.Add(node.Start.Line, $"{key} is {Shown(text)}; {Suggestion(text ?? "", known)}");
        return null;
    }

    private static string Suggestion(string name, IReadOnlyList<string> known) =>
        NearestName.Of(name, known) is { } nearest ? $"did you mean '{nearest}'?" : $"it must be one of {string.Join(", ", known)}.";

    private static string Shown(string? text) => text is null ? "no plain value" : $"'{text}'";
}
