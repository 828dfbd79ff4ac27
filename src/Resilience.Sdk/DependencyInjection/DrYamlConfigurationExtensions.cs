using Resilience.Degradation.Yaml;

namespace Microsoft.Extensions.Configuration;

/// <summary>Reads configuration from YAML files.</summary>
public static class DrYamlConfigurationExtensions
{
    /// <summary>Adds a YAML file, for example one with <c>degradation_config</c>. It is read again when its content changes.</summary>
    /// <param name="builder">The configuration.</param>
    /// <param name="path">The file, relative to the application's folder.</param>
    /// <param name="optional">Whether it may be missing at the start.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="InvalidDataException">At the start: the file is missing, cannot be read, or is no YAML.</exception>
    /// <remarks>
    /// Later, a file that cannot be used changes nothing: the last good values stay, and health details show why. Mounted
    /// ConfigMaps work. The file is looked at every 2 seconds.
    /// </remarks>
    public static IConfigurationBuilder AddDrYaml(this IConfigurationBuilder builder, string path, bool optional = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return builder.Add(new YamlSource(path, optional));
    }
}
