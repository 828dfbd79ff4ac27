namespace Resilience.Health.Watchdog;

/// <summary>How long something has been so without a break. One thread.</summary>
internal struct Lasting
{
    private TimeSpan? _since;

    /// <returns>How long; null when it is not so.</returns>
    public TimeSpan? For(bool isSo, TimeSpan now)
    {
        _since = isSo ? _since ?? now : null;
        return now - _since;
    }
}
