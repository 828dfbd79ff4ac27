namespace Resilience.Pipelines.Retry;

/// <summary>A budget as it is now, for gauges.</summary>
/// <param name="Calls">Calls in the last 10 seconds.</param>
/// <param name="Withdrawn">Repeats and hedges in the last 10 seconds.</param>
/// <param name="Allowed">Repeats and hedges that 10 seconds with so many calls allow; infinite without a budget.</param>
internal readonly record struct RetryBudgetSnapshot(long Calls, long Withdrawn, double Allowed)
{
    /// <summary>Repeats and hedges that are left; infinite without a budget.</summary>
    public double Remaining => Math.Max(0, Allowed - Withdrawn);

    /// <summary>The share that is left, from 0 to 1.</summary>
    public double Left => double.IsPositiveInfinity(Allowed) ? 1 : Allowed <= 0 ? 0 : Math.Clamp(1 - (Withdrawn / Allowed), 0, 1);
}
