using System.Globalization;
using Resilience.Internal;

namespace Resilience.Journal;

/// <summary>Reads where promises are written down.</summary>
internal static class JournalOptionsReader
{
    private const int MiB = 1024 * 1024;

    /// <param name="reader">The section; null when it is absent.</param>
    public static JournalOptions Read(ConfigurationReader? reader)
    {
        var given = new JournalOptions();
        if (reader is null)
        {
            return given;
        }

        var options = given with
        {
            Path = Path.GetFullPath(reader.Text("Path") is { Length: > 0 } path ? path : given.Path, AppContext.BaseDirectory),
            MaxBytes = MiB * (long)reader.Integer("MaxMegabytes", (int)(given.MaxBytes / MiB), 1, MiB),
            SegmentBytes = 1024 * reader.Integer("SegmentKilobytes", given.SegmentBytes / 1024, 64, MiB),
            Retention = reader.Duration("Retention", given.Retention, TimeSpan.FromMinutes(1), TimeSpan.FromDays(7)),
            ReapplyFor = reader.Duration("ReapplyFor", given.ReapplyFor, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
        };
        if (options.SegmentBytes > options.MaxBytes / 2)
        {
            reader.Report("SegmentKilobytes", (options.SegmentBytes / 1024).ToString(CultureInfo.InvariantCulture), $"is more than half of MaxMegabytes ({options.MaxBytes / MiB}).");
        }

        reader.RejectUnknownKeys();
        return options;
    }
}
