using System.Globalization;

namespace Resilience.IntegrationTests.Payments;

/// <summary>What came of the payments of one phase.</summary>
internal sealed record LoadFigures(int Count, int Errors, int Queued, TimeSpan Median, TimeSpan P99)
{
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture, $"{Count} payments, {Errors} errors, {Queued} queued, median {Median.TotalMilliseconds:0} ms, p99 {P99.TotalMilliseconds:0} ms");
}
