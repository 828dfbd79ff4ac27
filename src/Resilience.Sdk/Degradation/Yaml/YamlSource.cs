using Microsoft.Extensions.Configuration;

namespace Resilience.Degradation.Yaml;

/// <summary>A YAML file as a source of configuration.</summary>
internal sealed class YamlSource(string path, bool optional) : IConfigurationSource
{
    public IConfigurationProvider Build(IConfigurationBuilder builder) => new YamlProvider(path, optional);
}
