using GameDay.Actions;
using GameDay.Deployment;
using GameDay.Terminal;
using GameDay.Timing;

namespace GameDay.Experiments;

/// <summary>Does the steps of a method at their moments, and undoes what is not undone yet. For one caller at a time.</summary>
internal sealed class MethodRunner(PaymentSystem system, RunClock clock, RunStatus status)
{
    private static readonly TimeSpan UndoPatience = TimeSpan.FromSeconds(45);

    private readonly List<InjectedFault> _done = [];
    private readonly List<(int Index, Func<CancellationToken, Task> Undo)> _toUndo = [];

    public IReadOnlyList<InjectedFault> Done => _done;

    /// <param name="steps">What to do, and when.</param>
    /// <param name="stop">Looked at between the steps: one that has begun is brought to its end, so that it can be undone.</param>
    /// <param name="ct">Ends everything, with the process.</param>
    public async Task RunAsync(IReadOnlyList<MethodStep> steps, CancellationToken stop, CancellationToken ct)
    {
        var started = clock.Now;
        var events = steps
            .Select(step => (step.At, Step: step, IsUndo: false))
            .Concat(steps.Where(step => step.For is not null).Select(step => (At: step.At + step.For!.Value, Step: step, IsUndo: true)))
            .OrderBy(e => e.At)
            .ToList();
        var applied = new Dictionary<MethodStep, int>(ReferenceEqualityComparer.Instance);
        foreach (var (at, step, isUndo) in events)
        {
            await clock.WaitUntilAsync(started + at, stop);
            stop.ThrowIfCancellationRequested();
            if (isUndo)
            {
                await UndoAsync(applied[step], ct);
            }
            else
            {
                applied[step] = await ApplyAsync(step, ct);
            }
        }
    }

    /// <summary>Undoes everything that is left, the last first. Goes on when one cannot be undone, and says so at the end.</summary>
    public async Task UndoAllAsync(CancellationToken ct)
    {
        var failures = new List<Exception>();
        foreach (var (index, _) in _toUndo.AsEnumerable().Reverse().ToList())
        {
            // Each for itself: one that hangs must not keep the others from being undone.
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
            patience.CancelAfter(UndoPatience);
            try
            {
                await UndoAsync(index, patience.Token);
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                failures.Add(e);
            }
        }

        if (failures.Count > 0)
        {
            throw new AggregateException("Not everything could be undone.", failures);
        }
    }

    private async Task<int> ApplyAsync(MethodStep step, CancellationToken ct)
    {
        status.Tell(step.Description);
        var from = clock.Now;
        var applied = await step.Action.Apply(new ActionContext(system, step.Arguments, clock), ct);
        var index = _done.Count;
        _done.Add(new InjectedFault(step.Description, step.Action.Name, step.Arguments.Target, step.Action.IsFault, from, clock.Now));
        if (applied.Undo is { } undo)
        {
            _toUndo.Add((index, undo));
        }

        // Asked after it is noted, so that it is undone whatever the answer is.
        var disproof = applied.Disproof is null ? null : await applied.Disproof(ct);
        _done[index] = _done[index] with { Disproof = disproof, IsAsked = applied.Disproof is not null };
        return index;
    }

    private async Task UndoAsync(int index, CancellationToken ct)
    {
        var at = _toUndo.FindIndex(entry => entry.Index == index);
        if (at < 0)
        {
            return;
        }

        var (_, undo) = _toUndo[at];
        _done[index] = _done[index] with { UndoneFrom = clock.Now };
        status.Tell($"undo {_done[index].Description}");
        await undo(ct);

        // Only now: an undo that was cut short is begun again.
        _toUndo.RemoveAll(entry => entry.Index == index);
        _done[index] = _done[index] with { UndoneAt = clock.Now };
    }
}
