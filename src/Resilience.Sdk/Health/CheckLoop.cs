using Resilience.Internal;

namespace Resilience.Health;

/// <summary>
/// Looks at one thing again and again. At most one look runs at any time: one that does not end in time is counted as a
/// failure and left running, and until it ends no second one begins.
/// </summary>
/// <remarks>Only the loop writes <see cref="State"/>; it can be read from any thread.</remarks>
internal sealed class CheckLoop : IAsyncDisposable
{
    private readonly ICheck _check;
    private readonly MonotonicClock _clock;
    private readonly Jitter _jitter;
    private readonly Action<CheckState, CheckState> _onChange;
    private readonly CancellationTokenSource _stop = new();
    private CheckRules _rules;
    private CheckState _state = CheckState.Initial;
    private Task _loop = Task.CompletedTask;
    private Task<CheckAnswer>? _running;

    /// <param name="check">What to look at.</param>
    /// <param name="rules">How often, and what it means.</param>
    /// <param name="clock">The clock of all checks.</param>
    /// <param name="random">Spreads the checks of many replicas.</param>
    /// <param name="onChange">Told when the status has changed: before and after. It must not throw.</param>
    public CheckLoop(ICheck check, CheckRules rules, MonotonicClock clock, Random random, Action<CheckState, CheckState> onChange)
    {
        _check = check;
        _rules = rules;
        _clock = clock;
        _jitter = new Jitter(random);
        _onChange = onChange;
    }

    public string Name => _check.Name;

    public CheckState State => Volatile.Read(ref _state);

    /// <summary>Other rules, from the next look on; what is known stays.</summary>
    public CheckRules Rules
    {
        get => Volatile.Read(ref _rules);
        set => Volatile.Write(ref _rules, value);
    }

    /// <summary>Begins to look. Once.</summary>
    public void Start() => _loop = Task.Run(() => RunAsync(_stop.Token), CancellationToken.None);

    /// <summary>Ends the loop. A look that is under way is told, but not waited for.</summary>
    public async ValueTask DisposeAsync()
    {
        // The loop hears of it first; a look that takes its time to be told is not waited for.
        _ = BlockingCancellation.RunAndDisposeAsync(_stop);
        await _loop;
    }

    /// <summary>Looks once, or finds that it need not or must not. Never fails.</summary>
    public async Task TickAsync(CancellationToken stop)
    {
        var rules = Rules;
        var at = _clock.Now;
        if (_check.HasSucceededWithin(FreshFor(at, rules)))
        {
            Apply(new CheckObservation(at, CheckOutcome.Succeeded), rules);
            return;
        }

        if (_running is { IsCompleted: false })
        {
            Apply(new CheckObservation(at, CheckOutcome.Failed, "still-running"), rules);
            return;
        }

        var enough = CancellationTokenSource.CreateLinkedTokenSource(stop);

        // On a thread of the pool, so that a look that blocks does not block the loop.
        _running = Task.Run(() => LookAsync(enough.Token), CancellationToken.None);
        try
        {
            var answer = await _running.WaitAsync(rules.Timeout, _clock.Time, stop);
            enough.Dispose();
            Apply(new CheckObservation(at, answer.Outcome, answer.Reason, _clock.Now - at), rules);
        }
        catch (TimeoutException)
        {
            // Said before the look is told: that may take as long as whatever it hangs on.
            Apply(new CheckObservation(at, CheckOutcome.Failed, "timeout", _clock.Now - at), rules);
            _ = BlockingCancellation.RunAndDisposeAsync(enough);
        }
        catch (OperationCanceledException)
        {
            // The application stops.
        }
    }

    /// <summary>Traffic from before the last observation says nothing new.</summary>
    private TimeSpan FreshFor(TimeSpan now, CheckRules rules) =>
        State.SeenAt is { } seen && now - seen < rules.Interval ? now - seen : rules.Interval;

    private async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var began = _clock.Now;
            await TickAsync(stop);

            // A tenth to either side, so that checks of many replicas do not fall together for long.
            var next = CheckReducer.IntervalAfter(State, Rules) * (0.9 + (0.2 * _jitter.Next()));
            var left = next - (_clock.Now - began);
            if (left > TimeSpan.Zero)
            {
                await Task.Delay(left, _clock.Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<CheckAnswer> LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _check.LookAsync(cancellationToken);
        }
#pragma warning disable CA1031 // Whatever a check throws means that it failed.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return new CheckAnswer(CheckOutcome.Failed, CheckFailure.Reason(exception));
        }
    }

    private void Apply(in CheckObservation seen, CheckRules rules)
    {
        var before = State;
        var after = CheckReducer.Apply(before, seen, rules);
        Volatile.Write(ref _state, after);
        if (after.Status != before.Status)
        {
            _onChange(before, after);
        }
    }
}
