namespace Resilience.Postgres.Pooling;

/// <summary>
/// When the next connection may be made, evenly: the generic cell rate algorithm, as virtual scheduling (ITU-T Recommendation I.371,
/// annex A). It knows nothing but the earliest moment of the next one. For one caller at a time.
/// </summary>
/// <param name="perSecond">How many a second.</param>
internal struct OpenRate(double perSecond)
{
    /// <summary>By so much a timer may be late without one being lost.</summary>
    private static readonly TimeSpan Lateness = TimeSpan.FromMilliseconds(50);

    private readonly TimeSpan _interval = TimeSpan.FromSeconds(1 / perSecond);
    private TimeSpan _next = TimeSpan.MinValue;

    /// <summary>How many may be made at once after a pause: as many as in a tenth of a second, and one at least.</summary>
    public static int Burst(double perSecond, int mostMaking) => (int)Math.Clamp(Math.Round(perSecond / 10), 1, mostMaking);

    /// <summary>How long until the next; nothing or less when it is due.</summary>
    public readonly TimeSpan Until(TimeSpan now) => _next == TimeSpan.MinValue ? TimeSpan.Zero : _next - now;

    /// <summary>Takes the next one, if it is due.</summary>
    public bool TryTake(TimeSpan now)
    {
        if (now < _next)
        {
            return false;
        }

        _next = Max(_next, now - Lateness) + _interval;
        return true;
    }

    /// <summary>One was made without asking; those after it wait the longer.</summary>
    public void Charge(TimeSpan now) => _next = Max(_next, now) + _interval;

    /// <summary>The next is not due before a part of the interval has passed.</summary>
    /// <param name="now">The moment.</param>
    /// <param name="intervals">The part.</param>
    public void Postpone(TimeSpan now, double intervals) => _next = Max(_next, now + (_interval * intervals));

    private static TimeSpan Max(TimeSpan left, TimeSpan right) => left > right ? left : right;
}
