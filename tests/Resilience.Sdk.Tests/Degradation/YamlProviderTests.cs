using Microsoft.Extensions.Configuration;
using Resilience.Degradation.Yaml;

namespace Resilience.Sdk.Tests.Degradation;

/// <summary>A YAML file that changes under the feet of its reader.</summary>
public sealed class YamlProviderTests : IDisposable
{
    private const string Good = "degradation_config:\n  search:\n    dependency: elasticsearch\n    on_failure:\n      - action: fallback\n        use: database\n";
    private readonly string _folder = Directory.CreateTempSubdirectory("dr-yaml-").FullName;

    private string File => Path.Combine(_folder, "degradation.yaml");

    [Fact]
    public void Load_MapsByNameAndListsByPosition_EveryDocument()
    {
        using var provider = Load(Good + "---\nother: 1\nempty:\nquoted: \"null\"\n");

        Assert.Equal("elasticsearch", Get(provider, "degradation_config:search:dependency"));
        Assert.Equal("database", Get(provider, "degradation_config:search:on_failure:0:use"));
        Assert.Equal(("1", null, "null"), (Get(provider, "OTHER"), Get(provider, "empty"), Get(provider, "quoted")));
    }

    [Theory]
    [InlineData("degradation_config: [unclosed")]
    [InlineData("a: 1\na: 2\n")]
    [InlineData("? [complex, key]\n: 1\n")]
    public void Load_NoYaml_IsAnErrorThatNamesTheFile(string content)
    {
        var error = Assert.Throws<InvalidDataException>(() => Load(content));

        Assert.Contains(File, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_IsAnError_UnlessOptional()
    {
        using var required = new YamlProvider(File, optional: false);
        using var optional = new YamlProvider(File, optional: true);

        Assert.Throws<InvalidDataException>(required.Load);
        optional.Load();
        Assert.Null(optional.ReloadError);
    }

    [Theory]
    [InlineData("degradation_config:\n  search:\n    dependency: [cut")]
    [InlineData("degradation_config: 1\ndegradation_config: 2\n")]
    public void Reload_BrokenOrCutOff_KeepsTheLastGood_AndSaysSo(string content)
    {
        using var provider = Load(Good);
        System.IO.File.WriteAllText(File, content);
        var told = Changes(provider);

        provider.Reload();

        Assert.Equal("elasticsearch", Get(provider, "degradation_config:search:dependency"));
        Assert.Contains(File, provider.ReloadError, StringComparison.Ordinal);
        Assert.Equal(1, told());
        System.IO.File.WriteAllText(File, Good);
        provider.Reload();
        Assert.Null(provider.ReloadError);
    }

    [Fact]
    public void Reload_FileGone_KeepsTheLastGood()
    {
        using var provider = Load(Good);
        System.IO.File.Delete(File);

        provider.Reload();

        Assert.Equal("elasticsearch", Get(provider, "degradation_config:search:dependency"));
        Assert.NotNull(provider.ReloadError);
    }

    [Fact]
    public void Reload_SameContent_TellsNobody()
    {
        using var provider = Load(Good);
        var told = Changes(provider);
        System.IO.File.WriteAllText(File, Good);

        provider.Reload();

        Assert.Equal(0, told());
    }

    /// <summary>As Kubernetes mounts a ConfigMap: the file links to ..data/file, and ..data links to a folder that is swapped.</summary>
    [Fact]
    public void Reload_LinkSwapped_HasTheNewContent()
    {
        foreach (var (folder, dependency) in new[] { ("..v1", "elasticsearch"), ("..v2", "opensearch") })
        {
            Directory.CreateDirectory(Path.Combine(_folder, folder));
            System.IO.File.WriteAllText(Path.Combine(_folder, folder, "degradation.yaml"), Good.Replace("elasticsearch", dependency, StringComparison.Ordinal));
        }

        var data = Path.Combine(_folder, "..data");
        Directory.CreateSymbolicLink(data, "..v1");
        System.IO.File.CreateSymbolicLink(File, Path.Combine("..data", "degradation.yaml"));
        using var provider = new YamlProvider(File, optional: false);
        provider.Load();
        Directory.Delete(data);
        Directory.CreateSymbolicLink(data, "..v2");

        provider.Reload();

        Assert.Equal("opensearch", Get(provider, "degradation_config:search:dependency"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private YamlProvider Load(string content)
    {
        System.IO.File.WriteAllText(File, content);
        var provider = new YamlProvider(File, optional: false);
        try
        {
            provider.Load();
            return provider;
        }
        catch
        {
            provider.Dispose();
            throw;
        }
    }

    private static string? Get(YamlProvider provider, string key) => provider.TryGet(key, out var value) ? value : "missing";

    private static Func<int> Changes(YamlProvider provider)
    {
        var count = 0;
        Microsoft.Extensions.Primitives.ChangeToken.OnChange(provider.GetReloadToken, () => count++);
        return () => count;
    }
}
