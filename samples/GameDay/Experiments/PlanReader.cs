using GameDay.Yaml;

namespace GameDay.Experiments;

/// <summary>Reads the file of a plan: stages of growing severity, each with its experiments.</summary>
internal static class PlanReader
{
    /// <exception cref="YamlFileException">Anything is wrong with it; the message tells all of it.</exception>
    public static Plan Read(string file) => YamlFile.Read(file, yaml =>
    {
        var experiments = new List<Experiment>();
        foreach (var stage in yaml.Sections("stages"))
        {
            stage.Required("name");
            foreach (var name in stage.Texts("experiments"))
            {
                if (ExperimentCatalog.Find(name) is { } experiment)
                {
                    experiments.Add(experiment);
                }
                else
                {
                    stage.Error("experiments", $"has '{name}'. {ExperimentCatalog.Unknown(name, plansToo: false)}");
                }
            }
        }

        return new Plan(yaml.Required("name"), yaml.Required("summary"), experiments);
    });
}
