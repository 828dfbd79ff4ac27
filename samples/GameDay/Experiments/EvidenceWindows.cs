using GameDay.History;

namespace GameDay.Experiments;

/// <summary>The parts of a run that are looked at on their own.</summary>
internal static class EvidenceWindows
{
    /// <summary>When customers were served as before: by the promoted region, or because everything was undone.</summary>
    public static TimeSpan? RecoveredAt(Evidence evidence) => evidence.FirstFromSurvivor?.EndedAt ?? evidence.RestoredAt;

    /// <remarks>A request that was on its way when the fault came belongs to it: it waited for its end.</remarks>
    public static HistoryWindow DuringFault(Evidence evidence)
    {
        var (from, to) = (evidence.FaultAt ?? TimeSpan.MaxValue, RecoveredAt(evidence) ?? TimeSpan.MaxValue);
        return HistoryWindow.Of("fault", evidence.Operations.Where(o => o.EndedAt >= from && o.IntendedAt < to));
    }

    /// <summary>
    /// How long customers felt it: from the fault to the first answer after the last failed request, or the longest wait of one that
    /// was answered, whichever is longer. Null when the last request of a kind failed.
    /// </summary>
    public static TimeSpan? TimeToService(Evidence evidence)
    {
        if (evidence.FaultAt is not { } fault)
        {
            return null;
        }

        var longest = TimeSpan.Zero;
        foreach (var kind in evidence.Operations.Where(o => o.EndedAt >= fault).GroupBy(o => o.Kind))
        {
            var lastFailure = kind.Where(o => o.Outcome == Outcome.Failed).Select(o => (TimeSpan?)o.EndedAt).Max();
            if (lastFailure is not { } failed)
            {
                continue;
            }

            var served = kind.Where(o => o.Outcome != Outcome.Failed && o.EndedAt >= failed).Select(o => (TimeSpan?)o.EndedAt).Min();
            if (served is not { } again)
            {
                return null;
            }

            longest = again - fault > longest ? again - fault : longest;
        }

        var wait = evidence.Operations
            .Where(o => o.EndedAt >= fault && o.Outcome != Outcome.Failed)
            .Max(o => (TimeSpan?)(o.EndedAt - (o.IntendedAt > fault ? o.IntendedAt : fault)));
        return wait is null ? null : wait > longest ? wait : longest;
    }
}
