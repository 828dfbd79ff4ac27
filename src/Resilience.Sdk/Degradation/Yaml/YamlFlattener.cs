using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace Resilience.Degradation.Yaml;

/// <summary>Turns YAML into configuration keys: maps by name, lists by position. Every document of a stream counts.</summary>
internal static class YamlFlattener
{
    private const int MostDepth = 64;

    /// <exception cref="FormatException">A key occurs twice, or the nesting is too deep.</exception>
    /// <exception cref="YamlDotNet.Core.YamlException">It is no YAML.</exception>
    public static Dictionary<string, string?> Read(TextReader text)
    {
        var stream = new YamlStream();
        stream.Load(text);
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var document in stream.Documents)
        {
            Add(values, "", document.RootNode, 0);
        }

        return values;
    }

    private static void Add(Dictionary<string, string?> values, string path, YamlNode node, int depth)
    {
        if (depth > MostDepth)
        {
            throw new FormatException($"'{path}' is nested more than {MostDepth} levels deep.");
        }

        switch (node)
        {
            case YamlMappingNode map:
                foreach (var (key, value) in map.Children)
                {
                    Add(values, Join(path, (key as YamlScalarNode)?.Value ?? throw new FormatException($"Line {key.Start.Line}: a key must be a plain name.")), value, depth + 1);
                }

                break;
            case YamlSequenceNode list:
                for (var i = 0; i < list.Children.Count; i++)
                {
                    Add(values, Join(path, i.ToString(CultureInfo.InvariantCulture)), list.Children[i], depth + 1);
                }

                break;
            case YamlScalarNode scalar when path.Length > 0:
                if (!values.TryAdd(path, IsNull(scalar) ? null : scalar.Value))
                {
                    throw new FormatException($"Line {scalar.Start.Line}: '{path}' is there twice.");
                }

                break;
        }
    }

    private static string Join(string path, string key) => path.Length == 0 ? key : $"{path}:{key}";

    private static bool IsNull(YamlScalarNode scalar) => scalar is { Style: YamlDotNet.Core.ScalarStyle.Plain, Value: "" or "~" or "null" };
}
