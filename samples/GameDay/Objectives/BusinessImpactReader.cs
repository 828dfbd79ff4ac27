using GameDay.Yaml;

namespace GameDay.Objectives;

/// <summary>Reads business-impact-analysis.yaml, strictly: what it does not know it does not guess.</summary>
internal static class BusinessImpactReader
{
    private const int MostSystems = 1_000;

    /// <exception cref="YamlFileException">It cannot be read or used; the message has every error with its line.</exception>
    public static BusinessImpact Read(string path) => YamlFile.Read(path, yaml =>
    {
        var sections = yaml.Sections("systems");
        if (sections.Count is 0 or > MostSystems)
        {
            yaml.Error("systems", $"must be a list of 1 to {MostSystems} systems");
        }

        var lines = new Dictionary<string, long>(StringComparer.OrdinalIgnoreCase);
        return new BusinessImpact([.. sections.Take(MostSystems).Select(section => Of(section, lines)).OfType<BusinessSystem>()]);
    });

    private static BusinessSystem? Of(YamlSection yaml, Dictionary<string, long> lines)
    {
        var name = yaml.Parsed("name", text => text.Trim().Length is > 0 and <= 100 ? text : null, "a name of 1 to 100 characters");
        var tier = yaml.ParsedValue<int>("tier", text => text is ['1' or '2' or '3' or '4'] ? text[0] - '0' : null, "1, 2, 3 or 4");
        var rto = yaml.ParsedValue("rto", ObjectiveDuration.TryParse, ObjectiveDuration.Allowed);
        var rpo = yaml.ParsedValue("rpo", ObjectiveDuration.TryParse, ObjectiveDuration.Allowed);
        var revenue = yaml.Parsed("revenue_per_hour", Money.TryParse, "an amount such as $500,000, from 0 to 1,000,000,000,000");
        yaml.Required("dr_strategy");
        var strategy = yaml.OneOf("dr_strategy", Strategies.All);
        if (name is not null && !lines.TryAdd(name, yaml.Line))
        {
            yaml.Error("name", $"is '{name}', which is there already in line {lines[name]}; names must differ by more than case");
        }

        return name is null || tier is null || rto is null || rpo is null || revenue is null || strategy is null
            ? null
            : new BusinessSystem(name, tier.Value, rto.Value, rpo.Value, revenue, strategy);
    }
}
