using System.Globalization;
using GameDay.CommandLine;
using Resilience.Internal;
using YamlDotNet.RepresentationModel;

namespace GameDay.Yaml;

/// <summary>
/// The keys and values of one mapping. Each key that is asked for is known from then on; whatever is wrong is added to the
/// errors of the file, and the reader goes on with a harmless value, so that all errors are told at once.
/// </summary>
internal sealed class YamlSection(YamlMappingNode node, string path, List<string> errors)
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly List<YamlSection> _read = [];

    public long Line => node.Start.Line;

    public IEnumerable<string> Keys => node.Children.Keys.Select(Scalar);

    public string? Text(string key) => Find(key) switch
    {
        null => null,
        YamlScalarNode { Value: { Length: > 0 } value } => value,
        var other => Wrong<string?>(key, other, "must be a text"),
    };

    public string Required(string key)
    {
        if (Find(key) is null)
        {
            Error(node, $"'{path}{key}' is missing");
            return "";
        }

        return Text(key) ?? "";
    }

    public double? Number(string key, double min, double max)
    {
        if (Text(key) is not { } text)
        {
            return null;
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? number
            : Wrong<double?>(key, Find(key)!, string.Create(CultureInfo.InvariantCulture, $"is '{text}' and must be a number from {min} to {max}"));
    }

    public int? Whole(string key, int min, int max) => Number(key, min, max) switch
    {
        null => null,
        { } number when number == Math.Floor(number) => (int)number,
        var number => Wrong<int?>(key, Find(key)!, string.Create(CultureInfo.InvariantCulture, $"is '{number}' and must be a whole number")),
    };

    /// <summary>What a parser makes of a text; null, and an error, when the key is missing or the parser takes it not.</summary>
    public T? Parsed<T>(string key, Func<string, T?> parse, string allowed)
        where T : class
    {
        if (Find(key) is not { } value)
        {
            Required(key);
            return null;
        }

        return value is YamlScalarNode { Value: { } text }
            ? parse(text) ?? Wrong<T?>(key, value, $"is '{text}' and must be {allowed}")
            : Wrong<T?>(key, value, $"must be {allowed}");
    }

    /// <inheritdoc cref="Parsed{T}"/>
    public T? ParsedValue<T>(string key, Func<string, T?> parse, string allowed)
        where T : struct =>
        (T?)Parsed<object>(key, text => parse(text), allowed);

    /// <summary>A share of 0 to 1, written as such or in per cent.</summary>
    public double? Share(string key)
    {
        if (Text(key) is not { } text)
        {
            return null;
        }

        var percent = text.EndsWith('%');
        return double.TryParse(text.TrimEnd('%', ' '), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && (percent ? number / 100 : number) is >= 0 and <= 1 and var share
                ? share
                : Wrong<double?>(key, Find(key)!, $"is '{text}' and must be a share such as 5% or 0.05");
    }

    public bool Flag(string key) => Text(key) switch
    {
        null or "false" => false,
        "true" => true,
        var text => Wrong<bool>(key, Find(key)!, $"is '{text}' and must be true or false"),
    };

    public TimeSpan? Duration(string key)
    {
        if (Text(key) is not { } text)
        {
            return null;
        }

        return DurationArgument.TryParse(text, out var duration)
            ? duration
            : Wrong<TimeSpan?>(key, Find(key)!, $"is '{text}' and must be a duration such as 500ms, 6s or 2m");
    }

    /// <summary>One of the names, or null when there is none.</summary>
    public string? OneOf(string key, IReadOnlyCollection<string> names)
    {
        if (Text(key) is not { } text || names.Contains(text))
        {
            return Text(key);
        }

        var nearest = NearestName.Of(text, names) is { } near ? $"; did you mean '{near}'?" : "";
        return Wrong<string>(key, Find(key)!, $"is '{text}' and must be one of {string.Join(", ", names)}{nearest}");
    }

    public YamlSection Section(string key) => Find(key) switch
    {
        null => Keep(new YamlSection(new YamlMappingNode(), $"{path}{key}.", errors)),
        YamlMappingNode mapping => Keep(new YamlSection(mapping, $"{path}{key}.", errors)),
        var other => Wrong(key, other, "must have keys and values", Keep(new YamlSection(new YamlMappingNode(), $"{path}{key}.", errors))),
    };

    public IReadOnlyList<YamlSection> Sections(string key)
    {
        switch (Find(key))
        {
            case null:
                return [];
            case YamlSequenceNode list when list.Children.All(child => child is YamlMappingNode):
                return [.. list.Children.Select((child, index) => Keep(new YamlSection((YamlMappingNode)child, $"{path}{key}[{index}].", errors)))];
            case var other:
                return Wrong<IReadOnlyList<YamlSection>>(key, other, "must be a list of keys and values", []);
        }
    }

    public IReadOnlyList<string> Texts(string key) => Find(key) switch
    {
        null => [],
        YamlSequenceNode list when list.Children.All(child => child is YamlScalarNode { Value.Length: > 0 }) => [.. list.Children.Select(Scalar)],
        var other => Wrong<IReadOnlyList<string>>(key, other, "must be a list of texts", []),
    };

    /// <summary>A list of names, each one of those that are known.</summary>
    public IReadOnlyList<string> SeveralOf(string key, IReadOnlyCollection<string> names)
    {
        var texts = Texts(key);
        foreach (var text in texts.Where(text => !names.Contains(text)))
        {
            Error(key, $"has '{text}'; each must be one of {string.Join(", ", names)}");
        }

        return texts;
    }

    /// <summary>Takes all keys as known, where an error has been told already and unknown keys would be a consequence of it.</summary>
    public void IgnoreTheRest() => _known.UnionWith(Keys);

    /// <summary>All keys as they are, for a section whose keys belong to somebody else.</summary>
    public IReadOnlyDictionary<string, string> All() => Keys.ToList().ToDictionary(key => key, Required, StringComparer.Ordinal);

    /// <summary>Adds an error of the reader's own about a key.</summary>
    public void Error(string key, string what) => Error(Find(key) ?? node, $"'{path}{key}' {what}");

    /// <summary>Adds an error for each key that nobody asked for, here and below.</summary>
    public void ReportUnknown()
    {
        foreach (var key in node.Children.Keys.Where(key => !_known.Contains(Scalar(key))))
        {
            var name = Scalar(key);
            var wayOut = NearestName.Of(name, _known) is { } near
                ? $"did you mean '{near}'?"
                : $"known here: {string.Join(", ", _known.Order(StringComparer.Ordinal))}";
            Error(key, $"'{path}{name}' is not known; {wayOut}");
        }

        _read.ForEach(section => section.ReportUnknown());
    }

    private static string Scalar(YamlNode node) => (node as YamlScalarNode)?.Value ?? "";

    private YamlNode? Find(string key)
    {
        _known.Add(key);
        return node.Children.TryGetValue(new YamlScalarNode(key), out var value) ? value : null;
    }

    private YamlSection Keep(YamlSection section)
    {
        _read.Add(section);
        return section;
    }

    private T Wrong<T>(string key, YamlNode where, string what, T instead = default!)
    {
        Error(where, $"'{path}{key}' {what}");
        return instead;
    }

    private void Error(YamlNode where, string text)
    {
        var error = string.Create(CultureInfo.InvariantCulture, $"line {where.Start.Line}: {text}");
        if (!errors.Contains(error))
        {
            errors.Add(error);
        }
    }
}
