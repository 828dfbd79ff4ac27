using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Resilience.Health;

namespace Resilience.AspNetCore.Health.Formats;

/// <summary>
/// As the Kubernetes apiserver writes <c>?verbose</c>, with <c>?exclude=</c>. The last line and the status follow readiness,
/// not the lines above it: a dependency that all replicas have lost is a line, but no failure.
/// </summary>
internal sealed class VerboseFormat : IDetailFormat
{
    public string Name => "verbose";

    public string ContentType => "text/plain; charset=utf-8";

    public IReadOnlyList<string> Accepted => ["text/plain"];

    public DetailAnswer Write(HealthReporter reporter, DetailQuery query)
    {
        var summary = reporter.Summarise();
        var excluded = query.Excluded.ToHashSet(StringComparer.Ordinal);
        var text = new StringBuilder();
        foreach (var item in summary.Items)
        {
            var line = excluded.Contains(item.Name) ? $"[+]{item.Name} excluded: ok"
                : item.Status == CheckStatus.Healthy ? $"[+]{item.Name} ok"
                : $"[-]{item.Name} failed: reason withheld";
            text.Append(line).Append('\n');
        }

        // Not repeated: it is what somebody sent.
        if (excluded.Count > 0 && !excluded.IsSubsetOf(summary.Items.Select(item => item.Name)))
        {
            text.Append("warn: some health checks cannot be excluded: no matches\n");
        }

        var passes = Passes(summary, excluded);
        text.Append(CultureInfo.InvariantCulture, $"health check {(passes ? "passed" : "failed")}\n");
        return new DetailAnswer(passes ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, ContentType, Encoding.UTF8.GetBytes(text.ToString()));
    }

    /// <summary>What is excluded cannot be why; that the process drains, or is dead, always is.</summary>
    private static bool Passes(HealthSummary summary, HashSet<string> excluded) =>
        summary.IsServing
        || (!summary.IsDead && summary.Readiness.Readiness != Readiness.Draining && summary.Readiness.Reasons.Length > 0 && summary.Readiness.Reasons.All(excluded.Contains));
}
