namespace Resilience.Pipelines.Bulkhead;

/// <summary>Gathers windows of calls for <see cref="GradientLimit"/>: recording takes no lock, closing a window the limiter's.</summary>
/// <remarks>
/// A window lasts twice the recent duration of a call, 100 ms to 1 s, and until it has ten samples. Overload answers do not wait
/// for its end, but cut at most once per duration of a call: those after the cut are answers to calls from before it.
/// </remarks>
internal sealed class AdaptiveLimit
{
    private const int FewestSamples = 10;
    private static readonly TimeSpan ShortestWindow = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestWindow = TimeSpan.FromSeconds(1);
    private readonly TimeProvider _time;
    private readonly SampleStripes _samples;
    private GradientState _state;
    private GradientRules _rules;
    private long _windowStart;
    private long _windowEnd;
    private long _nextCut;
    private bool _refused;
    private bool _overloaded;

    public AdaptiveLimit(int limit, GradientRules rules, TimeProvider time, int stripes)
    {
        _time = time;
        _samples = new SampleStripes(stripes);
        _rules = rules;
        _state = GradientLimit.Start(Math.Clamp(limit, rules.MinLimit, rules.MaxLimit));
        _windowStart = _nextCut = time.GetTimestamp();
        _windowEnd = After(_windowStart, ShortestWindow);
    }

    /// <summary>What is known, for tests.</summary>
    public GradientState State => _state;

    public int Limit_NeedsLock => _state.Effective(_rules);

    /// <summary>Remembers that a call found no permit.</summary>
    public void NoteRefusal() => Raise(ref _refused);

    /// <summary>Records the end of a call.</summary>
    /// <returns>True when <see cref="Advance_NeedsLock"/> is due.</returns>
    public bool Record(PermitOutcome outcome, long startedAt, long endedAt)
    {
        if (outcome == PermitOutcome.Answered)
        {
            _samples.Record(_time.GetElapsedTime(startedAt, endedAt));
            return endedAt >= Volatile.Read(ref _windowEnd);
        }

        if (outcome == PermitOutcome.Overloaded)
        {
            Raise(ref _overloaded);
            return endedAt >= Volatile.Read(ref _nextCut);
        }

        return false;
    }

    /// <summary>Does what <see cref="Record"/> found due, unless another thread did it meanwhile.</summary>
    public void Advance_NeedsLock(PermitOutcome outcome, long now)
    {
        if (outcome == PermitOutcome.Overloaded && now >= _nextCut)
        {
            _state = GradientLimit.Cut(_state, _rules);
            Volatile.Write(ref _nextCut, After(now, _state.RecentRtt > 0 ? TimeSpan.FromSeconds(_state.RecentRtt) : ShortestWindow));
        }
        else if (outcome == PermitOutcome.Answered && now >= _windowEnd)
        {
            Close_NeedsLock(now);
        }
    }

    /// <summary>Takes new bounds over, and keeps what is known.</summary>
    public void Apply_NeedsLock(GradientRules rules)
    {
        _rules = rules;
        _state = _state with { Limit = Math.Clamp(_state.Limit, rules.MinLimit, rules.MaxLimit) };
    }

    // Every call reads the flag; writing it only once per window keeps its cache line shared.
    private static void Raise(ref bool flag)
    {
        if (!Volatile.Read(ref flag))
        {
            Volatile.Write(ref flag, true);
        }
    }

    private void Close_NeedsLock(long now)
    {
        if (_samples.Count() >= FewestSamples)
        {
            var (count, sum) = _samples.Take();
            var length = _time.GetElapsedTime(_windowStart, now);
            var window = new LimitWindow(count, sum.TotalSeconds / count, sum / length, _refused, _overloaded);
            _state = GradientLimit.Next(_state, window, _rules);
            _windowStart = now;
            Volatile.Write(ref _refused, false);
            Volatile.Write(ref _overloaded, false);
        }

        var next = TimeSpan.FromSeconds(Math.Clamp(2 * _state.RecentRtt, ShortestWindow.TotalSeconds, LongestWindow.TotalSeconds));
        Volatile.Write(ref _windowEnd, After(now, next));
    }

    private long After(long timestamp, TimeSpan span) => timestamp + (long)(span.TotalSeconds * _time.TimestampFrequency);
}
