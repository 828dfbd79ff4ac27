using Resilience.Internal;
using Resilience.Pipelines.Bulkhead;

namespace Resilience.Pipelines.Inbound;

/// <summary>Reads <c>DrResilience:Inbound</c>.</summary>
internal static class InboundOptionsReader
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromHours(1);

    public static InboundOptions Read(ConfigurationReader? reader)
    {
        var defaults = new InboundOptions();
        if (reader is null)
        {
            return defaults;
        }

        var options = new InboundOptions
        {
            Deadline = Deadline(reader.Section("Deadline")),
            Bulkhead = DependencyOptionsReader.Bulkhead(reader.Section("Bulkhead"), defaults.Bulkhead),
            RetryAfter = reader.Duration("RetryAfter", defaults.RetryAfter, Shortest, LongestRetryAfter),
        };
        foreach (var (key, value, message) in BulkheadOptionsValidator.Problems(options.Bulkhead))
        {
            reader.Report($"Bulkhead:{key}", value, message);
        }

        reader.RejectUnknownKeys();
        return options;
    }

    private static InboundDeadlineOptions Deadline(ConfigurationReader? reader)
    {
        var options = new InboundDeadlineOptions();
        if (reader is null)
        {
            return options;
        }

        options = new InboundDeadlineOptions
        {
            Enabled = reader.Boolean("Enabled", options.Enabled),
            Max = reader.OptionalDuration(
                "Max", options.Max, Shortest, Timeouts.DeadlineHeader.Longest, "A shorter one would refuse every request that has a deadline; 'off' is no cap."),
        };

        reader.RejectUnknownKeys();
        return options;
    }
}
