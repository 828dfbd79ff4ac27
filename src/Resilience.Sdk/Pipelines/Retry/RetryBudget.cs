using Resilience.Internal;

namespace Resilience.Pipelines.Retry;

/// <summary>
/// The repeats and hedges that the calls of one dependency may cause together; the rule is told at
/// <see cref="RetryBudgetOptions"/>. Holds counts only: options come with each withdrawal, so a reload changes the rule
/// and keeps the counts.
/// </summary>
/// <remarks>
/// Time is cut into slices of 250 ms. Calls are summed over slices that lie wholly within the last 10 seconds and
/// withdrawals over those that touch them, so rounding only ever makes the budget smaller, by a fortieth at most on
/// either side. Thread-safe; <see cref="OnCall()"/> takes no lock, a withdrawal, which follows a failure, does.
/// </remarks>
internal sealed class RetryBudget(TimeProvider time)
{
    /// <summary>The greatest <see cref="RetryBudgetOptions.MinPerSecond"/>, and so the withdrawals whose moments are kept.</summary>
    public const int MostPerSecond = 100;

    public static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    // Products such as 0.1 × 30 may come out a hair too small.
    private const double Rounding = 1e-9;
    private readonly Lock _lock = new();
    private readonly long _origin = time.GetTimestamp();
    private readonly long _sliceLength = Math.Max(1, time.TimestampFrequency * (long)Window.TotalSeconds / CallWindow.Slices);
    private readonly CallWindow _calls = new();

    // One slice more than of calls: the oldest one touches the window with its end only.
    private readonly int[] _withdrawn = new int[CallWindow.Slices + 1];
    private readonly long[] _moments = new long[MostPerSecond];
    private long _withdrawals;
    private long _windowWithdrawn;
    private long _slice = 1;
    private long _earlierCalls;

    /// <summary>Counts a call, at its first attempt.</summary>
    public void OnCall() => OnCall(time.GetTimestamp());

    /// <summary>Counts a call at a timestamp that the caller has read already.</summary>
    public void OnCall(long timestamp) => _calls.Add(Slice(timestamp));

    /// <summary>Asks for one repeat or hedge. What was withdrawn is not given back, used or not.</summary>
    /// <param name="options">The rule; null allows everything, which still counts for a rule that comes later.</param>
    /// <returns>False when the repeat or hedge must not be made.</returns>
    public bool TryWithdraw(RetryBudgetOptions? options)
    {
        lock (_lock)
        {
            // Read under the lock, so that withdrawals follow each other in time as they do in the counts.
            var timestamp = time.GetTimestamp();
            Advance_NeedsLock(Slice(timestamp));
            if (options is not null && !Allows_NeedsLock(options, timestamp))
            {
                return false;
            }

            _withdrawn[_slice % _withdrawn.Length]++;
            _windowWithdrawn++;
            _moments[_withdrawals % MostPerSecond] = timestamp;
            _withdrawals++;
            return true;
        }
    }

    public RetryBudgetSnapshot Snapshot(RetryBudgetOptions? options)
    {
        lock (_lock)
        {
            Advance_NeedsLock(Slice(time.GetTimestamp()));
            var calls = Calls_NeedsLock();
            var allowed = options is null ? double.PositiveInfinity : Math.Max(options.Ratio * calls, Minimum(options));
            return new RetryBudgetSnapshot(calls, _windowWithdrawn, allowed);
        }
    }

    private static double Minimum(RetryBudgetOptions options) => options.MinPerSecond * Window.TotalSeconds;

    private bool Allows_NeedsLock(RetryBudgetOptions options, long timestamp)
    {
        var wanted = _windowWithdrawn + 1;
        if (wanted <= (options.Ratio * Calls_NeedsLock()) + Rounding)
        {
            return true;
        }

        // The minimum comes second by second. Ten seconds of it at once would be more than the calls themselves where
        // there are few of them.
        var perSecond = Math.Min(options.MinPerSecond, MostPerSecond);
        if (perSecond <= 0 || wanted > Minimum(options))
        {
            return false;
        }

        return _withdrawals < perSecond || timestamp - _moments[(_withdrawals - perSecond) % MostPerSecond] >= time.TimestampFrequency;
    }

    // The slices before the running one hardly change any more, so they are summed once; only the running one is read
    // at each withdrawal. A call that comes late for its slice is not seen, which makes the budget smaller.
    private long Calls_NeedsLock() => _earlierCalls + _calls.Sum(_slice, _slice);

    private void Advance_NeedsLock(long slice)
    {
        if (slice <= _slice)
        {
            return;
        }

        var passed = Math.Min(slice - _slice, _withdrawn.Length);
        for (var i = 1; i <= passed; i++)
        {
            ref var oldest = ref _withdrawn[(_slice + i) % _withdrawn.Length];
            _windowWithdrawn -= oldest;
            oldest = 0;
        }

        _slice = slice;
        _earlierCalls = _calls.Sum(slice - CallWindow.Slices + 1, slice - 1);
    }

    // From 1, as an empty slot of the window is of slice 0.
    private long Slice(long timestamp) => ((timestamp - _origin) / _sliceLength) + 1;
}
