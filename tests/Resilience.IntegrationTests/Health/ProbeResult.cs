namespace Resilience.IntegrationTests.Health;

/// <summary>One probe's answer.</summary>
/// <param name="At">When it was due.</param>
/// <param name="Took">How long it took from when it was due, with connecting.</param>
/// <param name="Status">0 for none.</param>
/// <param name="Body">The body, or why there was no answer.</param>
internal readonly record struct ProbeResult(TimeSpan At, TimeSpan Took, int Status, string Body)
{
    public static double P99Milliseconds(IReadOnlyCollection<ProbeResult> results) =>
        results.Select(result => result.Took.TotalMilliseconds).Order().ElementAt((int)(results.Count * 0.99));
}
