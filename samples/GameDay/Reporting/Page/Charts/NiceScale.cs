namespace GameDay.Reporting.Page.Charts;

/// <summary>Marks of an axis on round numbers.</summary>
internal static class NiceScale
{
    private static readonly double[] Factors = [1, 2, 5, 10];

    /// <summary>1, 2 or 5 times a power of ten, so that there are at most so many steps.</summary>
    public static double Step(double range, int mostSteps)
    {
        if (range <= 0)
        {
            return 1;
        }

        var rough = range / mostSteps;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        return Factors.Select(factor => factor * power).First(step => step >= rough * 0.999999);
    }

    /// <summary>The multiples of the step from one to the other.</summary>
    public static IEnumerable<double> Marks(double from, double to, double step)
    {
        for (var i = Math.Ceiling((from / step) - 1e-9); i * step <= to + (step * 1e-9); i++)
        {
            // Not minus zero, which would be shown as such.
            yield return (i * step) + 0d;
        }
    }
}
