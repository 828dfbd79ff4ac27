using Resilience.Internal;

namespace Resilience.Sdk.Tests.Configuration.Schema;

/// <summary>A key of the configuration and what is below it, in the order in which it is read.</summary>
internal sealed class ConfigurationNode(string path)
{
    /// <summary>The whole path; names that the user chooses are <c>{name}</c>, and places in a list <c>{n}</c>.</summary>
    public string Path { get; } = path;

    public string Name => Path[(Path.LastIndexOf(':') + 1)..];

    public ConfigurationKey Read { get; set; } = new(ConfigurationKeyKind.Section);

    /// <summary>Whether any further key is taken.</summary>
    public bool IsOpen { get; set; }

    /// <summary>The smallest value is not allowed itself.</summary>
    public bool MinIsExclusive { get; set; }

    /// <summary>The actions that have this key, each with whether it must be there; empty for keys of anything else.</summary>
    public Dictionary<string, bool> Actions { get; } = new(StringComparer.Ordinal);

    /// <summary>What it means, as Markdown.</summary>
    public string Meaning { get; set; } = "";

    public List<ConfigurationNode> Children { get; } = [];

    public bool IsSection => Read.Kind is ConfigurationKeyKind.Section or ConfigurationKeyKind.Sections;

    public IEnumerable<ConfigurationNode> Descendants() => Children.SelectMany(child => child.Descendants().Prepend(child));

    public ConfigurationNode? Find(string name) => Children.Find(child => string.Equals(child.Name, name, StringComparison.Ordinal));
}
