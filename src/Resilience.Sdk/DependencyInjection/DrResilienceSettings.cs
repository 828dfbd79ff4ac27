using System.Collections.Immutable;
using Resilience.Pipelines;
using Resilience.Pipelines.Inbound;
using Resilience.Postgres;

namespace Resilience.DependencyInjection;

/// <summary>The whole section, read and checked. Immutable; a reload makes another.</summary>
internal sealed record DrResilienceSettings
{
    /// <summary>The region this process runs in; null when not configured.</summary>
    public string? Region { get; init; }

    public ObjectivesOptions Objectives { get; init; } = new();

    /// <summary>The databases by dependency name, ordered by name, as configuration providers order keys.</summary>
    public ImmutableArray<KeyValuePair<string, PostgresOptions>> Databases { get; init; } = [];

    /// <summary>How dependencies are called that the configuration does not name.</summary>
    public DependencyOptions Defaults { get; init; } = new();

    /// <summary>How the others are called, by name.</summary>
    public ImmutableDictionary<string, DependencyOptions> Calls { get; init; } = ImmutableDictionary<string, DependencyOptions>.Empty;

    /// <summary>What is done with requests that come in.</summary>
    public InboundOptions Inbound { get; init; } = new();

    /// <summary>The port on which health details are shown without further authorisation; null for none.</summary>
    public int? ManagementPort { get; init; }

    public PostgresOptions? FindDatabase(string name)
    {
        foreach (var (candidate, options) in Databases)
        {
            if (string.Equals(candidate, name, StringComparison.Ordinal))
            {
                return options;
            }
        }

        return null;
    }
}
