namespace Resilience.Pipelines.CircuitBreaker;

/// <summary>The length of each break: doubled while openings follow each other, spread by chance. Guarded by the breaker's lock.</summary>
/// <remarks>
/// Growth as Envoy ejects hosts (base time × number of ejections, capped), but doubling. The spread is ±10 %; at the cap
/// it goes downwards only, so that the maximum holds and replicas that reached it still differ.
/// </remarks>
internal sealed class BreakDurations(Random random)
{
    private const double Spread = 0.1;

    // 2^20 × the shortest break is longer than the longest permitted one.
    private const int MostDoublings = 20;

    private int _openings;
    private TimeSpan _last;

    /// <param name="options">The durations.</param>
    /// <param name="closedFor">How long the circuit had been closed; null when a trial reopened it.</param>
    public TimeSpan Next_NeedsLock(CircuitBreakerOptions options, TimeSpan? closedFor)
    {
        if (closedFor >= options.SamplingDuration && closedFor >= _last)
        {
            _openings = 0;
        }

        var longest = Math.Max(options.BreakDuration.Ticks, options.MaxBreakDuration.Ticks);
        var grown = Math.Min(longest, options.BreakDuration.Ticks * Math.Pow(2, Math.Min(_openings, MostDoublings)));
        var shortest = grown * (1 - Spread);
        var upper = Math.Min(grown * (1 + Spread), longest);
        _openings++;
        _last = TimeSpan.FromTicks((long)(shortest + ((upper - shortest) * random.NextDouble())));
        return _last;
    }

    public void Forget_NeedsLock() => _openings = 0;
}
