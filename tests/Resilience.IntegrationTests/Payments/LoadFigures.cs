using System.Globalization;
using System.Net;

namespace Resilience.IntegrationTests.Payments;

/// <summary>What came of the payments of one phase.</summary>
internal sealed record LoadFigures(int Count, int Errors, int Queued, TimeSpan Median, TimeSpan P99, IReadOnlyList<SlowPayment> Slowest)
{
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture, $"{Count} payments, {Errors} errors, {Queued} queued, median {Median.TotalMilliseconds:0} ms, p99 {P99.TotalMilliseconds:0} ms; slowest {string.Join(", ", Slowest.OrderBy(one => one.At))}");
}

/// <summary>One of the slowest payments, and when in its phase it was due.</summary>
internal sealed record SlowPayment(TimeSpan At, TimeSpan Took, HttpStatusCode? Status)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Took.TotalMilliseconds:0} ms ({(int?)Status}) at {At.TotalSeconds:0.0} s");
}
