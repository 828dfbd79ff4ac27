using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using Resilience.Degradation.Plan;
using Resilience.DependencyInjection;
using Resilience.Health;
using Resilience.Internal;
using Resilience.Journal;
using Resilience.Pipelines;
using Resilience.Pipelines.Retry;
using Resilience.Postgres;
using Resilience.Redis.Connections;

namespace Resilience.Sdk.Tests.Configuration.Schema;

/// <summary>
/// Says what each key means: what the property of that name in the options says of itself. The table holds only what no property says.
/// </summary>
internal sealed class ConfigurationMeanings
{
    private static readonly Dictionary<(Type Owner, string Key), (Type? Type, string? Meaning)> Others = new()
    {
        [(typeof(DrResilienceSettings), "Dependencies")] = (typeof(IEnumerable<DependencyOptions>), "What the service calls, by name: databases with `Postgres`, and everything else. What a section does not say is taken from `Defaults`."),
        [(typeof(DrResilienceSettings), "Defaults")] = (typeof(DependencyOptions), "What holds for every dependency whose own section does not say it."),
        [(typeof(DrResilienceSettings), "Chaos")] = (typeof(ChaosSection), "Faults on purpose."),
        [(typeof(DrResilienceSettings), "Degradation")] = (typeof(IEnumerable<DegradationRule>), null),
        [(typeof(ChaosSection), "AllowInProduction")] = (null, "Whether `Chaos:Enabled` of a dependency may be true in the environment Production."),
        [(typeof(DependencyOptions), "Postgres")] = (typeof(PostgresOptions), null),
        [(typeof(DependencyOptions), "Redis")] = (typeof(RedisOptions), null),
        [(typeof(DependencyOptions), "Probe")] = (typeof(ProbeOptions), null),
        [(typeof(DependencyOptions), "Preset")] = (null, "The set of defaults to start from; what the section says itself comes before it."),
        [(typeof(RetryBudgetOptions), "Enabled")] = (null, "Whether repeats and hedges are bounded."),
        [(typeof(JournalOptions), "MaxMegabytes")] = (null, "How large all of it may become, in MiB. Beyond, nothing more is promised."),
        [(typeof(JournalOptions), "SegmentKilobytes")] = (null, "When a new file is begun, in KiB; at most half of `MaxMegabytes`. A file goes when nothing in it is needed any more."),
        [(typeof(DegradationRule), "on_failure")] = (typeof(IEnumerable<DegradationAction>), "What is done, in the order in which it is tried."),
        [(typeof(DegradationAction), "action")] = (null, "What is done, or the name of an action that code has added; that has keys of its own."),
    };

    private static readonly Dictionary<string, Type> Actions = new(StringComparer.Ordinal)
    {
        ["queue_for_retry"] = typeof(QueueAction),
        ["fallback"] = typeof(FallbackAction),
        ["disable_feature"] = typeof(DisableFeatureAction),
        ["reduce_personalization"] = typeof(ReducePersonalizationAction),
        ["alert"] = typeof(AlertAction),
    };

    private readonly XmlDocumentation _documentation = new();

    /// <param name="root">The root of a catalog; the meaning of everything below is set, where there is one.</param>
    public static void Add(ConfigurationNode root)
    {
        var meanings = new ConfigurationMeanings();
        foreach (var top in root.Children)
        {
            var isFile = top.Path == DegradationPlanReader.FileSection;
            top.Meaning = isFile ? "The same as `DrResilience:Degradation`, as a file of its own has it." : "All of the SDK.";
            meanings.Describe(top, isFile ? typeof(IEnumerable<DegradationRule>) : typeof(DrResilienceSettings));
        }
    }

    private void Describe(ConfigurationNode node, Type? type)
    {
        foreach (var child in node.Children)
        {
            if (child.Name is "{name}" or "{n}")
            {
                var element = ElementOf(type!);
                child.Meaning = _documentation.OfType(element) ?? "";
                Describe(child, element);
                continue;
            }

            var property = type?.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.IgnoreCase)
                .FirstOrDefault(one => string.Equals(one.Name, child.Name, StringComparison.OrdinalIgnoreCase));
            Others.TryGetValue((type!, child.Name), out var other);
            var below = other.Type ?? property?.PropertyType;
            var ofType = child.IsSection && below is not null ? _documentation.OfType(below) : null;
            var ofProperty = property is null ? null : Meaning(child, property);
            child.Meaning = other.Meaning ?? OfActions(child)

                // The properties of the whole are told one after the other; each of its sections is told alone.
                ?? (type == typeof(DrResilienceSettings) ? ofType ?? ofProperty : ofProperty ?? ofType) ?? "";
            if (property?.GetCustomAttribute<RequiredMemberAttribute>() is not null)
            {
                child.Read = child.Read with { IsRequired = true };
            }

            Describe(child, below is null ? null : Nullable.GetUnderlyingType(below) ?? below);
        }
    }

    /// <summary>What defaults a text has is known to its property alone.</summary>
    private string? Meaning(ConfigurationNode node, PropertyInfo property) =>
        _documentation.OfProperty(property) is not { } summary ? null
        : node.Read.Kind is ConfigurationKeyKind.Text && _documentation.OfValue(property) is { } value ? $"{summary} {value}"
        : summary;

    private string? OfActions(ConfigurationNode node)
    {
        var meanings = node.Actions.Where(action => Actions.ContainsKey(action.Key)).Select(action =>
        {
            var property = Actions[action.Key].GetProperties().First(one => string.Equals(one.Name, node.Name, StringComparison.OrdinalIgnoreCase));
            return $"With `{action.Key}`{(action.Value ? ", required" : "")}: {_documentation.OfProperty(property)}";
        }).ToList();
        return meanings.Count == 0 ? null : string.Join(' ', meanings);
    }

    private static Type ElementOf(Type type) => typeof(IEnumerable).IsAssignableFrom(type) && type.IsGenericType
        ? type.GetGenericArguments()[^1]
        : throw new InvalidOperationException($"{type} has no elements, but its section has children.");

    /// <summary>A section that is read into nothing of its own.</summary>
    private sealed class ChaosSection;
}
