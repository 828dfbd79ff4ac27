using System.Collections.Immutable;
using Resilience.Internal;

namespace Resilience.Queueing;

/// <summary>Reads how queues work.</summary>
internal static class QueueOptionsReader
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <param name="reader">The whole section of the SDK.</param>
    /// <param name="queues">The queues that code has added.</param>
    /// <param name="databases">The databases that can hold them.</param>
    public static ImmutableDictionary<string, QueueOptions> Read(ConfigurationReader reader, IReadOnlyCollection<string> queues, IReadOnlyCollection<string> databases)
    {
        var all = ImmutableDictionary.CreateBuilder<string, QueueOptions>(StringComparer.Ordinal);
        foreach (var (name, section) in reader.Children("Queues"))
        {
            if (!queues.Contains(name, StringComparer.Ordinal))
            {
                reader.ReportUnknown($"Queues:{name}", name, queues, "Add it with dr.AddQueue(…).");
            }

            all[name] = Read(section, databases);
            section.RejectUnknownKeys();
        }

        foreach (var name in queues.Where(name => !all.ContainsKey(name)))
        {
            all[name] = new QueueOptions();
        }

        return all.ToImmutable();
    }

    private static QueueOptions Read(ConfigurationReader reader, IReadOnlyCollection<string> databases)
    {
        var given = new QueueOptions();
        var options = given with
        {
            Store = reader.Text("Store"),
            Workers = reader.Integer("Workers", given.Workers, 1, 256),
            Lease = reader.Duration("Lease", given.Lease, Second, Hour),
            MaxAttempts = reader.Integer("MaxAttempts", given.MaxAttempts, 1, 1000),
            Delay = reader.Duration("Delay", given.Delay, TimeSpan.Zero, Hour),
            MaxDelay = reader.Duration("MaxDelay", given.MaxDelay, TimeSpan.Zero, TimeSpan.FromDays(1)),
            JobTimeout = reader.Duration("JobTimeout", given.JobTimeout, Second, Hour),
            MaxPending = reader.Integer("MaxPending", given.MaxPending, 1, 100_000_000),
            MaxPayloadBytes = reader.Integer("MaxPayloadBytes", given.MaxPayloadBytes, 1024, 512 * 1024),
            KeyWindow = reader.Duration("KeyWindow", given.KeyWindow, TimeSpan.FromMinutes(1), TimeSpan.FromDays(30)),
            DoneRetention = reader.Duration("DoneRetention", given.DoneRetention, Hour, TimeSpan.FromDays(90)),
        };
        if (options.Store is { } store && !databases.Contains(store, StringComparer.Ordinal))
        {
            reader.ReportUnknown("Store", store, databases, "Add it to DrResilience:Dependencies with Postgres.");
        }

        if (options.DoneRetention <= options.KeyWindow)
        {
            reader.Report("DoneRetention", options.DoneRetention.ToString("c"), $"is not longer than KeyWindow ('{options.KeyWindow:c}'): a key would be forgotten here while the other side knows it.");
        }

        return options;
    }
}
