using GameDay.History;
using GameDay.Timing;

namespace GameDay.Terminal;

/// <summary>Where a run stands: written by the experiment and its clients, read by a display. Thread-safe.</summary>
internal sealed class RunStatus(string experiment, RunClock clock)
{
    private const int SecondsShown = 40;

    private readonly Lock _lock = new();
    private readonly List<RequestRates> _bySecond = [];
    private readonly List<(TimeSpan At, string Text)> _events = [];
    private IReadOnlyList<RunPhase> _plan = [];
    private RequestRates _total;
    private int _phase = -1;
    private TimeSpan _phaseStarted;
    private string _writer = "none yet";
    private Func<int> _inFlight = () => 0;

    public string Experiment { get; } = experiment;

    public void Plan(params IReadOnlyList<RunPhase> phases)
    {
        lock (_lock)
        {
            _plan = phases;
        }
    }

    /// <summary>Goes on to the next phase of the plan.</summary>
    public void NextPhase()
    {
        lock (_lock)
        {
            _phase++;
            _phaseStarted = clock.Now;
        }
    }

    public void SetWriter(string? region, string status)
    {
        lock (_lock)
        {
            _writer = region ?? status;
        }
    }

    public void CountInFlight(Func<int> inFlight)
    {
        lock (_lock)
        {
            _inFlight = inFlight;
        }
    }

    public void Tell(string text)
    {
        lock (_lock)
        {
            _events.Add((clock.Now, text));
        }
    }

    public void Observe(Operation operation)
    {
        lock (_lock)
        {
            var second = (int)operation.EndedAt.TotalSeconds;
            while (_bySecond.Count <= second)
            {
                _bySecond.Add(default);
            }

            _bySecond[second] = Plus(_bySecond[second], operation.Outcome);
            _total = Plus(_total, operation.Outcome);
        }
    }

    public RunSnapshot Snapshot()
    {
        lock (_lock)
        {
            var now = clock.Now;

            // The running second is not full yet and would always look like a drop.
            var last = (int)now.TotalSeconds - 1;
            var shown = Enumerable.Range(Math.Max(0, last - SecondsShown + 1), Math.Min(SecondsShown, last + 1))
                .Select(second => (double)At_NeedsLock(second).Succeeded);
            return new RunSnapshot(
                now,
                _phase >= 0 && _phase < _plan.Count ? _plan[_phase].Name : "",
                Progress_NeedsLock(now),
                _writer,
                _inFlight(),
                At_NeedsLock(last),
                _total,
                [.. shown],
                [.. _events]);
        }
    }

    private static RequestRates Plus(RequestRates rates, Outcome outcome) => outcome switch
    {
        Outcome.Succeeded => rates with { Succeeded = rates.Succeeded + 1 },
        Outcome.Degraded => rates with { Degraded = rates.Degraded + 1 },
        _ => rates with { Failed = rates.Failed + 1 },
    };

    private RequestRates At_NeedsLock(int second) => second >= 0 && second < _bySecond.Count ? _bySecond[second] : default;

    private double Progress_NeedsLock(TimeSpan now)
    {
        var all = _plan.Sum(p => p.Expected.TotalSeconds);
        if (all <= 0 || _phase < 0)
        {
            return 0;
        }

        // A phase that takes longer than expected holds the bar at its end.
        var done = _plan.Take(_phase).Sum(p => p.Expected.TotalSeconds);
        var current = _phase < _plan.Count ? Math.Min(_plan[_phase].Expected.TotalSeconds, (now - _phaseStarted).TotalSeconds) : 0;
        return Math.Min(1, (done + current) / all);
    }
}
