using System.Collections.Immutable;
using Microsoft.Extensions.Configuration;
using Resilience.Internal;

namespace Resilience.Degradation.Plan;

/// <summary>
/// Reads what is done when dependencies fail: the section <c>DrResilience:Degradation</c>, and <c>degradation_config</c> at
/// the top, as a file of its own has it. Whatever a rule names must exist.
/// </summary>
internal static class DegradationPlanReader
{
    public const string FileSection = "degradation_config";

    /// <summary>The actions that need no code of the application.</summary>
    public static ImmutableArray<string> BuiltIn { get; } = ["queue_for_retry", "fallback", "disable_feature", "reduce_personalization", "alert"];

    public static ImmutableArray<string> DefaultLevels { get; } = ["full", "segment", "generic"];

    /// <param name="configuration">The application's configuration.</param>
    /// <param name="section">The SDK's section.</param>
    /// <param name="dependencies">The names of configured dependencies.</param>
    /// <param name="catalog">What the application added in code.</param>
    public static DegradationPlan Read(IConfiguration configuration, ConfigurationReader section, IReadOnlyCollection<string> dependencies, DegradationCatalog catalog)
    {
        var rules = ImmutableDictionary.CreateBuilder<string, DegradationRule>(StringComparer.Ordinal);
        var features = new HashSet<string>(catalog.Features.Concat(ConfiguredFeatures(configuration)), StringComparer.OrdinalIgnoreCase);
        var names = new KnownNames(dependencies, catalog, features, DefaultLevels);
        if (section.Section("Degradation") is { } own)
        {
            Read(own, names, rules);
        }

        if (configuration.GetSection(FileSection) is var file && file.Exists())
        {
            Read(new ConfigurationReader(file, section.Errors), names, rules);
        }

        return rules.Count == 0 ? DegradationPlan.Empty : new DegradationPlan(rules.ToImmutable(), DefaultLevels);
    }

    private static void Read(ConfigurationReader reader, KnownNames names, ImmutableDictionary<string, DegradationRule>.Builder rules)
    {
        foreach (var (service, section) in reader.Children())
        {
            if (rules.ContainsKey(service))
            {
                section.Report(null, null, $"is defined in DrResilience:Degradation, too. Lists of two sources would be merged by position; keep one of them.");
                continue;
            }

            if (ReadRule(service, section, names) is { } rule)
            {
                rules.Add(service, rule);
            }

            section.RejectUnknownKeys();
        }
    }

    private static DegradationRule? ReadRule(string service, ConfigurationReader section, KnownNames names)
    {
        var dependency = section.Required("dependency");
        if (dependency is not null && !names.Dependencies.Contains(dependency, StringComparer.Ordinal))
        {
            section.ReportUnknown("dependency", dependency, names.Dependencies, "Add it to DrResilience:Dependencies.");
        }

        var actions = ImmutableArray.CreateBuilder<DegradationAction>();
        foreach (var (_, action) in section.Children("on_failure"))
        {
            if (ReadAction(service, action, names) is { } read)
            {
                actions.Add(read);
            }

            action.RejectUnknownKeys();
        }

        if (actions.Count == 0 && !section.Children("on_failure").Any())
        {
            section.Report("on_failure", null, "is missing. List at least one action.");
        }

        return dependency is null ? null : new DegradationRule(service, dependency, actions.ToImmutable());
    }

    private static DegradationAction? ReadAction(string service, ConfigurationReader section, KnownNames names)
    {
        switch (section.Required("action"))
        {
            case null:
                return null;
            case "queue_for_retry":
                if (!names.Catalog.Queues.Contains(service))
                {
                    section.ReportUnknown("action", "queue_for_retry", names.Catalog.Queues, $"'{service}' has no queue. Add it with dr.AddQueue(\"{service}\", …).");
                }

                return new QueueAction(section.Text("message"));
            case "fallback":
                return Known(section, "use", names.Catalog.Fallbacks, "Add it with dr.AddFallback(…).") is { } fallback ? new FallbackAction(fallback) : null;
            case "disable_feature":
                return Known(section, "feature", names.Features, "Define it under FeatureManagement, or add it with dr.AddFeature(…).") is { } feature ? new DisableFeatureAction(feature) : null;
            case "reduce_personalization":
                return Known(section, "level", names.Levels, "") is { } level ? new ReducePersonalizationAction(level) : null;
            case "alert":
                return new AlertAction(section.Choice("severity", AlertSeverity.Warning), section.Required("message") ?? "");
            case { } custom when names.Catalog.Actions.Contains(custom):
                return new CustomAction(custom, section.Rest().ToImmutableDictionary(StringComparer.OrdinalIgnoreCase));
            case { } unknown:
                section.ReportUnknown("action", unknown, [.. BuiltIn, .. names.Catalog.Actions], "");

                // What an unknown action would need is not known either.
                _ = section.Rest();
                return null;
        }
    }

    private static string? Known(ConfigurationReader section, string key, IReadOnlyCollection<string> known, string wayOut)
    {
        if (section.Required(key) is not { } name)
        {
            return null;
        }

        if (known.Contains(name, StringComparer.Ordinal))
        {
            return name;
        }

        section.ReportUnknown(key, name, known, wayOut);
        return null;
    }

    /// <summary>Both schemas of Microsoft.FeatureManagement: .NET's own and the one that platforms share.</summary>
    private static IEnumerable<string> ConfiguredFeatures(IConfiguration configuration) =>
        configuration.GetSection("FeatureManagement").GetChildren().Select(feature => feature.Key)
            .Concat(configuration.GetSection("feature_management:feature_flags").GetChildren().Select(flag => flag["id"]).OfType<string>());

    private sealed record KnownNames(IReadOnlyCollection<string> Dependencies, DegradationCatalog Catalog, HashSet<string> Features, IReadOnlyCollection<string> Levels);
}
