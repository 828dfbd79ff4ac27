namespace Resilience.Sdk.Tests.Pipelines.Retry;

/// <summary>The one-sample test of Kolmogorov and Smirnov against the uniform distribution on [0, 1].</summary>
internal static class Uniformity
{
    /// <summary>Exceeded by one in a million uniform samples, whatever their size: 2 exp(-2 x²).</summary>
    public const double Limit = 2.7;

    /// <summary>The greatest distance between the sample's distribution and the uniform one, times the root of its size.</summary>
    public static double Distance(IEnumerable<double> sample)
    {
        var sorted = sample.Order().ToArray();
        var greatest = 0.0;
        for (var i = 0; i < sorted.Length; i++)
        {
            greatest = Math.Max(greatest, Math.Max(((i + 1.0) / sorted.Length) - sorted[i], sorted[i] - ((double)i / sorted.Length)));
        }

        return greatest * Math.Sqrt(sorted.Length);
    }
}
