using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace GameDay.Objectives;

/// <summary>Reads business-impact-analysis.yaml, strictly: what it does not know it does not guess.</summary>
internal sealed class BusinessImpactReader
{
    private const long MostBytes = 1 << 20;
    private const int MostSystems = 1_000;

    private readonly YamlErrors _errors;
    private readonly Dictionary<string, long> _lineOfName = new(StringComparer.OrdinalIgnoreCase);

    private BusinessImpactReader(YamlErrors errors) => _errors = errors;

    /// <exception cref="InvalidDataException">It cannot be read or used; the message has every error with its line.</exception>
    public static BusinessImpact Read(string path)
    {
        var errors = new YamlErrors(path);
        var systems = Parse(path, errors) is { } root ? new BusinessImpactReader(errors).Systems(root) : [];
        errors.ThrowIfAny();
        return new BusinessImpact(systems);
    }

    private static YamlNode? Parse(string path, YamlErrors errors)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MostBytes })
            {
                errors.Add(1, $"The file is larger than {MostBytes:N0} bytes.");
                return null;
            }

            using var text = File.OpenText(path);
            var stream = new YamlStream();
            stream.Load(text);
            switch (stream.Documents)
            {
                case [var only]:
                    return only.RootNode;
                case []:
                    errors.Add(1, "The file is empty; it must have 'systems'.");
                    return null;
                default:
                    errors.Add(stream.Documents[1].RootNode.Start.Line, "A second document begins here; there may be one only.");
                    return null;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"The objectives in '{path}' cannot be read ({e.GetType().Name}); name a file that exists.", e);
        }
        catch (YamlException e)
        {
            errors.Add(e.Start.Line, $"It cannot be parsed: {e.InnerException?.Message ?? e.Message}");
            return null;
        }
    }

    private List<BusinessSystem> Systems(YamlNode root)
    {
        var map = YamlMap.Of(root, "the file", ["systems"], _errors);
        if (map?.Node("systems") is not { } node)
        {
            return [];
        }

        if (node is not YamlSequenceNode { Children: { Count: > 0 and <= MostSystems } list })
        {
            _errors.Add(node.Start.Line, $"'systems' must be a list of 1 to {MostSystems} systems.");
            return [];
        }

        return [.. list.Select(System).OfType<BusinessSystem>()];
    }

    private BusinessSystem? System(YamlNode node)
    {
        if (YamlMap.Of(node, "a system", ["name", "tier", "rto", "rpo", "revenue_per_hour", "dr_strategy"], _errors) is not { } map)
        {
            return null;
        }

        var name = map.Text("name", text => text.Trim().Length is > 0 and <= 100 ? text : null, "a name of 1 to 100 characters");
        var tier = map.Value<int>("tier", text => text is ['1' or '2' or '3' or '4'] ? text[0] - '0' : null, "1, 2, 3 or 4");
        var rto = map.Value("rto", ObjectiveDuration.TryParse, ObjectiveDuration.Allowed);
        var rpo = map.Value("rpo", ObjectiveDuration.TryParse, ObjectiveDuration.Allowed);
        var revenue = map.Text("revenue_per_hour", Money.TryParse, "an amount such as $500,000, from 0 to 1,000,000,000,000");
        var strategy = map.OneOf("dr_strategy", Strategies.All);
        if (name is not null && !_lineOfName.TryAdd(name, map.Line))
        {
            _errors.Add(map.Line, $"The system '{name}' is there already, in line {_lineOfName[name]}; names must differ by more than case.");
        }

        return name is null || tier is null || rto is null || rpo is null || revenue is null || strategy is null
            ? null
            : new BusinessSystem(name, tier.Value, rto.Value, rpo.Value, revenue, strategy);
    }
}
