using Resilience.Internal;

namespace Resilience.Degradation.Episodes;

/// <summary>Reads how slowly episodes end (<c>DrResilience:Episodes</c>).</summary>
internal static class EpisodeRulesReader
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <param name="reader">The section; null when it is absent.</param>
    public static EpisodeRules Read(ConfigurationReader? reader)
    {
        var given = new EpisodeRules();
        if (reader is null)
        {
            return given;
        }

        var rules = given with
        {
            Dwell = reader.Duration("Dwell", given.Dwell, TimeSpan.Zero, Hour),
            MaxDwell = reader.Duration("MaxDwell", given.MaxDwell, TimeSpan.Zero, Hour),
            Ramp = reader.Duration("Ramp", given.Ramp, TimeSpan.Zero, Hour),
            FirstShare = reader.Number("FirstShare", given.FirstShare, 0, 1),
            ForgetAfter = reader.Duration("ForgetAfter", given.ForgetAfter, TimeSpan.Zero, TimeSpan.FromDays(1)),
        };
        if (rules.MaxDwell < rules.Dwell)
        {
            reader.Report("MaxDwell", rules.MaxDwell.ToString("c"), $"is shorter than Dwell ('{rules.Dwell:c}'), which grows up to it.");
        }

        reader.RejectUnknownKeys();
        return rules;
    }
}
