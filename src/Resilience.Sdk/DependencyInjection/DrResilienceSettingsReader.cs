using System.Collections.Immutable;
using Microsoft.Extensions.Configuration;
using Resilience.Degradation.Alerts;
using Resilience.Degradation.Episodes;
using Resilience.Degradation.Plan;
using Resilience.Health;
using Resilience.Internal;
using Resilience.Journal;
using Resilience.Pipelines;
using Resilience.Pipelines.Http;
using Resilience.Pipelines.Inbound;
using Resilience.Postgres;
using Resilience.Queueing;

namespace Resilience.DependencyInjection;

/// <summary>Reads the <c>DrResilience</c> section. This code is the section's schema.</summary>
internal static class DrResilienceSettingsReader
{
    public const string SectionName = "DrResilience";

    private const string Postgres = "Postgres";

    /// <summary>Kinds that other packages know, and how to add them.</summary>
    private static readonly (string Key, string WayOut)[] Packages =
        [("Redis", "needs the package Resilience.Redis. Reference it and call dr.AddRedis() in AddDrResilience(dr => …).")];

    private static readonly TimeSpan LongestObjective = TimeSpan.FromDays(365);

    /// <param name="configuration">The application's configuration.</param>
    /// <param name="isProduction">Whether the host runs in the environment Production.</param>
    /// <param name="code">What the application added in code; nothing when null.</param>
    /// <param name="kinds">The kinds of dependencies that other packages have added.</param>
    /// <exception cref="DrResilienceConfigurationException">Anything is wrong; all of it is in the message.</exception>
    public static DrResilienceSettings Read(
        IConfiguration configuration, bool isProduction, NamesInCode? code = null, IReadOnlyCollection<IDependencyKind>? kinds = null)
    {
        code ??= NamesInCode.None;
        var errors = new List<ConfigurationError>();
        var reader = new ConfigurationReader(configuration.GetSection(SectionName), errors);
        var refusesChaos = !ReadChaosAllowed(reader) && isProduction;
        var (defaults, defaultProbe) = ReadDefaults(reader, refusesChaos);
        var (databases, calls, probes, ofKind) = ReadDependencies(reader, defaults, defaultProbe, refusesChaos, kinds ?? [], code.Switchovers);
        var settings = new DrResilienceSettings
        {
            Region = reader.Text("Region") ?? configuration["AWS_REGION"],
            Objectives = ReadObjectives(reader),
            Defaults = defaults,
            Databases = databases,
            Calls = calls,
            OfKind = ofKind,
            Inbound = InboundOptionsReader.Read(reader.Section("Inbound")),
            Hosts = HostRoutes.Of(calls.OrderBy(call => call.Key, StringComparer.Ordinal), (name, index, owner) => reader.Report(
                $"Dependencies:{name}:Http:Hosts:{index}",
                calls[name].Http.Hosts[index],
                $"is a pattern of '{owner}', too (Dependencies:{owner}:Http:Hosts), but a request goes through one pipeline. Remove it from '{name}' or '{owner}'.")),
            DefaultProbe = defaultProbe,
            Probes = probes,
            Health = HealthOptionsReader.Read(reader.Section("Health"), defaultProbe),
            Degradation = DegradationPlanReader.Read(
                configuration, reader, [.. databases.Select(database => database.Key).Concat(calls.Keys).Concat(code.Dependencies).Distinct(StringComparer.Ordinal)], code.Catalog),
            Episodes = EpisodeRulesReader.Read(reader.Section("Episodes")),
            Alerts = AlertsOptionsReader.Read(reader.Section("Alerts")),
            Journal = JournalOptionsReader.Read(reader.Section("Journal")),
            Queues = QueueOptionsReader.Read(reader, code.Catalog.Queues, [.. databases.Select(database => database.Key)]),
        };
        if (!string.IsNullOrEmpty(configuration.GetSection(SectionName).Value))
        {
            reader.Report(null, null, "is a single value, but a section with keys is expected.");
        }

        reader.RejectUnknownKeys();
        return errors.Count == 0 ? settings : throw new DrResilienceConfigurationException(errors);
    }

    private static ObjectivesOptions ReadObjectives(ConfigurationReader reader)
    {
        if (reader.Section("Objectives") is not { } section)
        {
            return new ObjectivesOptions();
        }

        var objectives = new ObjectivesOptions
        {
            Tier = section.Integer("Tier", null, 1, 4),
            Rto = section.Duration("Rto", null, TimeSpan.Zero, LongestObjective),
            Rpo = section.Duration("Rpo", null, TimeSpan.Zero, LongestObjective),
        };
        section.RejectUnknownKeys();
        return objectives;
    }

    private static bool ReadChaosAllowed(ConfigurationReader reader)
    {
        if (reader.Section("Chaos") is not { } section)
        {
            return false;
        }

        var allowed = section.Boolean("AllowInProduction", false);
        section.RejectUnknownKeys();
        return allowed;
    }

    private static (DependencyOptions Calls, ProbeOptions Probe) ReadDefaults(ConfigurationReader reader, bool refusesChaos)
    {
        if (reader.Section("Defaults") is not { } section)
        {
            return (new DependencyOptions(), new ProbeOptions());
        }

        var probe = ProbeOptionsReader.Read(section.Section("Probe"), new ProbeOptions());
        var defaults = DependencyOptionsReader.Read(section, new DependencyOptions(), refusesChaos);
        if (defaults.Http.Hosts.Count > 0)
        {
            section.Report("Http:Hosts", null, "would give the same hosts to every dependency. Write them at the one they belong to: Dependencies:{name}:Http:Hosts.");
        }

        section.RejectUnknownKeys();
        return (defaults, probe);
    }

    private static (
        ImmutableArray<KeyValuePair<string, PostgresOptions>> Databases,
        ImmutableDictionary<string, DependencyOptions> Calls,
        ImmutableDictionary<string, ProbeOptions> Probes,
        ImmutableDictionary<string, DependencyOfKind> OfKind) ReadDependencies(
        ConfigurationReader reader, DependencyOptions defaults, ProbeOptions defaultProbe, bool refusesChaos, IReadOnlyCollection<IDependencyKind> kinds, IReadOnlyCollection<string> switchovers)
    {
        var probes = ImmutableDictionary.CreateBuilder<string, ProbeOptions>(StringComparer.Ordinal);
        var databases = ImmutableArray.CreateBuilder<KeyValuePair<string, PostgresOptions>>();
        var calls = ImmutableDictionary.CreateBuilder<string, DependencyOptions>(StringComparer.Ordinal);
        var ofKind = ImmutableDictionary.CreateBuilder<string, DependencyOfKind>(StringComparer.Ordinal);
        defaults = defaults with { Http = defaults.Http with { Hosts = [] } };
        foreach (var (name, dependency) in reader.Children("Dependencies"))
        {
            if (ReadKind(name, dependency, kinds) is { } read)
            {
                ofKind.Add(name, read);
            }

            probes.Add(name, ProbeOptionsReader.Read(dependency.Section("Probe"), defaultProbe));
            if (dependency.Section(Postgres) is { } postgres)
            {
                databases.Add(new(name, PostgresOptionsReader.Read(postgres, switchovers.Contains(name, StringComparer.Ordinal))));
            }
            else
            {
                calls.Add(name, DependencyOptionsReader.Read(dependency, defaults, refusesChaos));
            }

            dependency.RejectUnknownKeys();
        }

        return (databases.DrainToImmutable(), calls.ToImmutable(), probes.ToImmutable(), ofKind.ToImmutable());
    }

    private static DependencyOfKind? ReadKind(string name, ConfigurationReader dependency, IReadOnlyCollection<IDependencyKind> kinds)
    {
        DependencyOfKind? read = null;
        var sections = dependency.Section(Postgres) is null ? new List<string>() : [Postgres];
        foreach (var kind in kinds)
        {
            if (dependency.Section(kind.Key) is { } section)
            {
                sections.Add(kind.Key);
                read = new DependencyOfKind(kind, kind.Read(name, section));
            }
        }

        if (sections.Count > 1)
        {
            dependency.Report(null, null, $"is {string.Join(" and ", sections)} at once, but a dependency is one thing. Give each a name of its own.");
        }

        foreach (var (key, wayOut) in Packages.Where(package => kinds.All(kind => kind.Key != package.Key)))
        {
            if (dependency.Section(key) is not null)
            {
                dependency.Report(key, null, wayOut);
            }
        }

        return read;
    }
}
