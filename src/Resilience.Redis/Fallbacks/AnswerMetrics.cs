using System.Diagnostics.Metrics;
using Resilience.Diagnostics;

namespace Resilience.Redis.Fallbacks;

/// <summary>The instruments of the store.</summary>
internal static class AnswerMetrics
{
    private static readonly Counter<long> Answers = DrResilienceDiagnostics.Meter.CreateCounter<long>(
        "dr.redis.answers", "{answer}", "Answers that were to be kept in Redis for fallbacks, by result.");

    /// <param name="fallback">The fallback they are for.</param>
    /// <param name="result">kept, too-large, unwritable, lost.</param>
    public static void Count(string fallback, string result) => Answers.Add(1, new("dr.fallback", fallback), new("dr.result", result));
}
