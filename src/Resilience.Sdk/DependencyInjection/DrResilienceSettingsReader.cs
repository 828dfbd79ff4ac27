using System.Collections.Immutable;
using Microsoft.Extensions.Configuration;
using Resilience.Internal;
using Resilience.Postgres;

namespace Resilience.DependencyInjection;

/// <summary>Reads the <c>DrResilience</c> section. This code is the section's schema.</summary>
internal static class DrResilienceSettingsReader
{
    public const string SectionName = "DrResilience";

    /// <summary>What a dependency that is called may have; read from a later version on.</summary>
    private static readonly string[] PipelineKeys =
        ["TotalRequestTimeout", "Retry", "CircuitBreaker", "Bulkhead", "Hedging", "AttemptTimeout", "Probe", "Redis"];

    private static readonly TimeSpan LongestObjective = TimeSpan.FromDays(365);

    /// <exception cref="DrResilienceConfigurationException">Anything is wrong; all of it is in the message.</exception>
    public static DrResilienceSettings Read(IConfiguration configuration)
    {
        var errors = new List<ConfigurationError>();
        var reader = new ConfigurationReader(configuration.GetSection(SectionName), errors);
        var settings = new DrResilienceSettings
        {
            Region = reader.Text("Region") ?? configuration["AWS_REGION"],
            Objectives = ReadObjectives(reader),
            Databases = ReadDatabases(reader),
            ManagementPort = ReadManagementPort(reader),
        };
        if (!string.IsNullOrEmpty(configuration.GetSection(SectionName).Value))
        {
            reader.Report(null, null, "is a single value, but a section with keys is expected.");
        }

        reader.NotYet("Defaults", "Journal", "Degradation");
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
            Tier = section.Text("Tier") is null ? null : section.Integer("Tier", 1, 1, 4),
            Rto = ReadObjective(section, "Rto"),
            Rpo = ReadObjective(section, "Rpo"),
        };
        section.RejectUnknownKeys();
        return objectives;
    }

    private static TimeSpan? ReadObjective(ConfigurationReader section, string key) =>
        section.Text(key) is null ? null : section.Duration(key, TimeSpan.FromMinutes(15), TimeSpan.Zero, LongestObjective);

    private static ImmutableArray<KeyValuePair<string, PostgresOptions>> ReadDatabases(ConfigurationReader reader)
    {
        var databases = ImmutableArray.CreateBuilder<KeyValuePair<string, PostgresOptions>>();
        foreach (var (name, dependency) in reader.Children("Dependencies"))
        {
            var errorsBefore = dependency.Errors.Count;
            if (dependency.Section("Postgres") is { } postgres)
            {
                databases.Add(new(name, PostgresOptionsReader.Read(postgres)));
            }

            dependency.NotYet(PipelineKeys);
            dependency.RejectUnknownKeys();
            if (databases.All(database => database.Key != name) && dependency.Errors.Count == errorsBefore)
            {
                dependency.Report(null, null, "has no Postgres section with the database's regions. Other kinds of dependencies are not available in this version.");
            }
        }

        return databases.DrainToImmutable();
    }

    private static int? ReadManagementPort(ConfigurationReader reader)
    {
        if (reader.Section("Health") is not { } section)
        {
            return null;
        }

        section.NotYet("DrainDelay");
        int? port = section.Text("ManagementPort") is null ? null : section.Integer("ManagementPort", 8081, 1, 65535);
        section.RejectUnknownKeys();
        return port;
    }
}
