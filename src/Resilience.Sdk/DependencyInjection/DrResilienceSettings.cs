using System.Collections.Immutable;
using System.Globalization;
using Resilience.Degradation.Alerts;
using Resilience.Degradation.Episodes;
using Resilience.Degradation.Plan;
using Resilience.Health;
using Resilience.Journal;
using Resilience.Pipelines;
using Resilience.Pipelines.Http;
using Resilience.Pipelines.Inbound;
using Resilience.Postgres;
using Resilience.Queueing;

namespace Resilience.DependencyInjection;

/// <summary>The whole section, read and checked. Immutable; a reload makes another.</summary>
internal sealed record DrResilienceSettings
{
    /// <summary>The region this process runs in, which is read from first; null when neither the configuration nor the variable <c>AWS_REGION</c> says it.</summary>
    public string? Region { get; init; }

    public ObjectivesOptions Objectives { get; init; } = new();

    /// <summary>The databases by dependency name, ordered by name, as configuration providers order keys.</summary>
    public ImmutableArray<KeyValuePair<string, PostgresOptions>> Databases { get; init; } = [];

    /// <summary>How dependencies are called that the configuration does not name.</summary>
    public DependencyOptions Defaults { get; init; } = new();

    /// <summary>How the others are called, by name.</summary>
    public ImmutableDictionary<string, DependencyOptions> Calls { get; init; } = ImmutableDictionary<string, DependencyOptions>.Empty;

    /// <summary>Those of them whose kind another package knows, by name.</summary>
    public ImmutableDictionary<string, DependencyOfKind> OfKind { get; init; } = ImmutableDictionary<string, DependencyOfKind>.Empty;

    /// <summary>What is done with requests that come in.</summary>
    public InboundOptions Inbound { get; init; } = new();

    /// <summary>Which of them a request belongs to by its address.</summary>
    public HostRoutes Hosts { get; init; } = HostRoutes.None;

    /// <summary>How dependencies and health checks are looked at that the configuration does not name.</summary>
    public ProbeOptions DefaultProbe { get; init; } = new();

    /// <summary>How the others are looked at, databases too, by name.</summary>
    public ImmutableDictionary<string, ProbeOptions> Probes { get; init; } = ImmutableDictionary<string, ProbeOptions>.Empty;

    /// <summary>What the process tells about itself, and how it leaves.</summary>
    public HealthOptions Health { get; init; } = new();

    /// <summary>What is done when dependencies fail.</summary>
    public DegradationPlan Degradation { get; init; } = DegradationPlan.Empty;

    /// <summary>How slowly that ends.</summary>
    public EpisodeRules Episodes { get; init; } = new();

    /// <summary>Who is told of it.</summary>
    public AlertsOptions Alerts { get; init; } = new();

    /// <summary>Where promises are written down.</summary>
    public JournalOptions Journal { get; init; } = new();

    /// <summary>How the queues that code has added work, by service.</summary>
    public ImmutableDictionary<string, QueueOptions> Queues { get; init; } = ImmutableDictionary<string, QueueOptions>.Empty;

    /// <summary>How a dependency is looked at.</summary>
    public ProbeOptions Probe(string dependency) => Probes.GetValueOrDefault(dependency, DefaultProbe);

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

    /// <summary>The dependencies whose calls get injected faults, and how many; empty when there are none.</summary>
    public string DescribeChaos()
    {
        var chaos = Calls.OrderBy(call => call.Key, StringComparer.Ordinal).Select(call => (Name: $"'{call.Key}'", call.Value.Chaos));
        return string.Join(", ", chaos.Append((Name: "every dependency that is not configured", Defaults.Chaos)).Where(of => of.Chaos.Enabled).Select(of => string.Create(
            CultureInfo.InvariantCulture,
            $"{of.Name} (latency {of.Chaos.Latency.Latency:c} at rate {of.Chaos.Latency.InjectionRate}, fault at {of.Chaos.Fault.InjectionRate}, status {of.Chaos.Outcome.StatusCode} at {of.Chaos.Outcome.InjectionRate})")));
    }
}
