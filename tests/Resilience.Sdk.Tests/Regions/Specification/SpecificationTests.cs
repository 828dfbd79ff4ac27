using YamlDotNet.RepresentationModel;

namespace Resilience.Sdk.Tests.Regions.Specification;

/// <summary>Runs the cases in the YAML files beside it; the README there says how to read them.</summary>
public sealed class SpecificationTests
{
    private static readonly Dictionary<string, YamlMappingNode> Known = Load();

    public static TheoryData<string> Cases() => [.. Known.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Case_Holds(string name)
    {
        var read = Known[name];
        var scenario = SpecificationCase.Begin(read);
        foreach (var step in (YamlSequenceNode)read.Children["steps"])
        {
            var text = ((YamlScalarNode)step).Value!;
            var parts = text.Split(" -> ");
            scenario = SpecificationCase.Do(scenario, parts[0]);
            if (parts.Length > 1)
            {
                SpecificationCase.Check(scenario, parts[1], text);
            }
        }
    }

    [Fact]
    public void ThereAreAtLeastSixty_EachWithANameOfItsOwn() => Assert.InRange(Known.Count, 60, int.MaxValue);

    private static Dictionary<string, YamlMappingNode> Load()
    {
        var cases = new Dictionary<string, YamlMappingNode>(StringComparer.Ordinal);
        var folder = Architecture.RepositoryRoot.Combine("tests", "Resilience.Sdk.Tests", "Regions", "Specification");
        foreach (var file in Directory.EnumerateFiles(folder, "*.yaml").Order(StringComparer.Ordinal))
        {
            var yaml = new YamlStream();
            using var reader = new StreamReader(file);
            yaml.Load(reader);
            foreach (var one in ((YamlSequenceNode)yaml.Documents[0].RootNode).Cast<YamlMappingNode>())
            {
                cases.Add($"{Path.GetFileNameWithoutExtension(file)}: {((YamlScalarNode)one.Children["case"]).Value}", one);
            }
        }

        return cases;
    }
}
