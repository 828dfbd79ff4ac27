using GameDay.Yaml;
using Resilience.Internal;

namespace GameDay.Experiments;

/// <summary>All experiments and plans by name, read from the files beside the program.</summary>
internal static class ExperimentCatalog
{
    private const string FileExtension = ".yaml";

    private static readonly Lazy<IReadOnlyList<Experiment>> Read = new(() => ReadAll("experiments", ExperimentReader.Read));
    private static readonly Lazy<IReadOnlyList<Plan>> ReadPlans = new(() => ReadAll("plans", PlanReader.Read));

    /// <exception cref="YamlFileException">A file cannot be used.</exception>
    public static IReadOnlyList<Experiment> All => Read.Value;

    /// <exception cref="YamlFileException">A file cannot be used.</exception>
    public static IReadOnlyList<Plan> Plans => ReadPlans.Value;

    public static Experiment? Find(string name) => All.FirstOrDefault(e => e.Name == name);

    public static Plan? FindPlan(string name) => Plans.FirstOrDefault(plan => plan.Name == name);

    /// <summary>The experiments behind a name: one, those of a plan in its order, or that of a file; empty when there is no such name.</summary>
    /// <exception cref="YamlFileException">The name ends with ".yaml", and that file cannot be used.</exception>
    public static IReadOnlyList<Experiment> Resolve(string name) =>
        name.EndsWith(FileExtension, StringComparison.Ordinal) ? [ExperimentReader.Read(name)]
        : Find(name) is { } one ? [one]
        : FindPlan(name)?.Experiments ?? [];

    /// <summary>What to tell somebody who asked for an experiment that does not exist.</summary>
    public static string Unknown(string name, bool plansToo = true) =>
        NearestName.Of(name, [.. All.Select(e => e.Name), .. plansToo ? Plans.Select(plan => plan.Name) : []]) is { } nearest
            ? $"There is no experiment '{name}'; did you mean '{nearest}'?"
            : $"There is no experiment '{name}'; 'list' shows all of them.";

    private static List<T> ReadAll<T>(string folder, Func<string, T> read) =>
        [.. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, folder), "*.yaml").Order(StringComparer.Ordinal).Select(read)];
}
