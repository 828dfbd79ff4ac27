using Microsoft.Extensions.Configuration;
using Resilience.Degradation.Plan;
using Resilience.DependencyInjection;
using Resilience.Internal;

namespace Resilience.Sdk.Tests.Configuration.Schema;

/// <summary>
/// All keys of the configuration, found by running the code that reads it: over nothing first, then over each section that it asked for,
/// alone and empty, until it asks for nothing new.
/// </summary>
internal sealed class ConfigurationCatalog
{
    private const string AnyAction = "an action of the application";

    /// <summary>The sections whose children are places in a list; the others have names.</summary>
    private static readonly string[] Lists = ["Regions", "on_failure"];

    private readonly ConfigurationNode _root = new("");
    private readonly Queue<string> _unexplored = new();
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly IReadOnlyCollection<IDependencyKind> _kinds;
    private string? _action;

    private ConfigurationCatalog(IReadOnlyCollection<IDependencyKind> kinds) => _kinds = kinds;

    /// <param name="kinds">The kinds of dependencies that other packages know.</param>
    /// <returns>The root, with the top-level sections below it.</returns>
    public static ConfigurationNode Of(params IReadOnlyCollection<IDependencyKind> kinds)
    {
        var catalog = new ConfigurationCatalog(kinds);
        catalog.Explore();
        Prune(catalog._root);
        foreach (var node in catalog._root.Descendants().Where(node => node.Read is { Kind: ConfigurationKeyKind.Number }))
        {
            node.MinIsExclusive = Refuses(node, node.Read.Min!, kinds) && !Refuses(node, (double)node.Read.Min! + 1e-9, kinds);
        }

        return catalog._root;
    }

    /// <summary>Whether reading refuses a value as such, and not because of other keys.</summary>
    public static bool Refuses(ConfigurationNode node, object value, params IReadOnlyCollection<IDependencyKind> kinds) =>
        new ConfigurationCatalog(kinds).Read([new(node.Path, Text.Of(value))], (_, _) => { }).Any(error => error.StartsWith($"{node.Path} = ", StringComparison.Ordinal)
            && (error.Contains("is out of range", StringComparison.Ordinal) || error.Contains("is not a", StringComparison.Ordinal)));

    private void Explore()
    {
        Read([], Add);
        Enqueue(DegradationPlanReader.FileSection);
        while (_unexplored.TryDequeue(out var path))
        {
            Read([new(path, "")], Add);
        }

        foreach (var node in _root.Descendants().Where(node => node.Path.EndsWith(":on_failure:{n}", StringComparison.Ordinal)).ToList())
        {
            foreach (var action in DegradationPlanReader.BuiltIn.Add(AnyAction))
            {
                _action = action;
                Read([new($"{node.Path}:action", action)], Add);
            }

            _action = null;
            var name = node.Find("action")!;
            name.Read = name.Read with { Names = DegradationPlanReader.BuiltIn };
            name.Actions.Clear();
        }
    }

    private IReadOnlyList<string> Read(IEnumerable<KeyValuePair<string, string?>> values, Action<string, ConfigurationKey> read)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(values).Build();
        try
        {
            DrResilienceSettingsReader.Read(new RecordingConfiguration(configuration, read), isProduction: false, kinds: _kinds);
            return [];
        }
        catch (DrResilienceConfigurationException exception)
        {
            // One key alone is rarely a configuration; what was read of it is known all the same.
            return exception.Errors;
        }
    }

    private void Add(string path, ConfigurationKey read)
    {
        var node = path.Split(':').Aggregate(_root, Child);
        switch (read.Kind)
        {
            case ConfigurationKeyKind.Open:
                node.IsOpen = true;
                return;
            case ConfigurationKeyKind.Section:
                Enqueue(path);
                break;
            case ConfigurationKeyKind.Sections:
                Enqueue($"{path}:{(Lists.Contains(node.Name, StringComparer.Ordinal) ? "{n}" : "{name}")}");
                break;
        }

        // Whatever is read as something is read as a text or as a section, too.
        if (node.Read.Kind is ConfigurationKeyKind.Section || (node.Read.Kind is ConfigurationKeyKind.Text && read.Kind is not ConfigurationKeyKind.Section && !node.Read.IsRequired))
        {
            node.Read = read;
        }

        if (_action is not null && path.Contains(":on_failure:", StringComparison.Ordinal))
        {
            node.Actions[_action] = node.Actions.GetValueOrDefault(_action) || read.IsRequired;
        }
    }

    private void Enqueue(string path)
    {
        if (_seen.Add(path))
        {
            _unexplored.Enqueue(path);
        }
    }

    private static ConfigurationNode Child(ConfigurationNode parent, string name)
    {
        if (parent.Find(name) is { } child)
        {
            return child;
        }

        child = new ConfigurationNode(parent.Path.Length == 0 ? name : $"{parent.Path}:{name}");
        parent.Children.Add(child);
        return child;
    }

    /// <summary>A section of which nothing is read belongs to another package.</summary>
    private static void Prune(ConfigurationNode node)
    {
        node.Children.ForEach(Prune);
        node.Children.RemoveAll(child => child is { IsSection: true, IsOpen: false, Children.Count: 0 });
    }
}
