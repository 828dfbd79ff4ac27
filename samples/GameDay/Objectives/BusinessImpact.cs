using Resilience.Internal;

namespace GameDay.Objectives;

/// <summary>The business impact analysis: what each system may cost and lose.</summary>
internal sealed record BusinessImpact(IReadOnlyList<BusinessSystem> Systems)
{
    /// <summary>The copy that is built with this program.</summary>
    public static string StandardPath => Path.Combine(AppContext.BaseDirectory, "objectives", "business-impact-analysis.yaml");

    /// <exception cref="GameDay.Yaml.YamlFileException">It cannot be read or used; the message has every error with its line.</exception>
    public static BusinessImpact Load(string path) => BusinessImpactReader.Read(path);

    /// <summary>By name, whatever its case; null when the analysis does not have it.</summary>
    public BusinessSystem? Find(string system) =>
        Systems.FirstOrDefault(s => string.Equals(s.Name, system, StringComparison.OrdinalIgnoreCase));

    /// <summary>What to tell somebody who asked for a system that is not there.</summary>
    public string Unknown(string system) =>
        NearestName.Of(system, Systems.Select(s => s.Name)) is { } nearest
            ? $"The business impact analysis has no system '{system}'; did you mean '{nearest}'?"
            : $"The business impact analysis has no system '{system}'; it has {string.Join(", ", Systems.Select(s => $"'{s.Name}'"))}.";
}
