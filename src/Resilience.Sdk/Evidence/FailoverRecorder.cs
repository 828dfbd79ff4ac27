using Resilience.Diagnostics;
using Resilience.Internal;
using Resilience.Regions;

namespace Resilience.Evidence;

/// <summary>Builds failover records from the events of the topology. Events come from one loop; the first success from any thread.</summary>
internal sealed class FailoverRecorder(string dependency, MonotonicClock clock, TimeSpan? rtoTarget)
{
    /// <summary>Enough for any incident; older records are in the log.</summary>
    private const int Kept = 100;

    private readonly Lock _lock = new();
    private readonly List<FailoverRecord> _records = [];
    private FailoverDraft _draft = new();
    private TimeSpan _switched;

    /// <summary>The records, oldest first; the last may still wait for its first success.</summary>
    public IReadOnlyList<FailoverRecord> Records
    {
        get
        {
            lock (_lock)
            {
                return [.. _records];
            }
        }
    }

    public void On(TopologyEvent happened)
    {
        switch (happened)
        {
            case WriterSuspected suspected:
                _draft = _draft with { FirstSign = suspected.At, Reason = suspected.Failure.Message };
                break;
            case WriterLost lost:
                _draft = _draft with { FirstSign = _draft.FirstSign ?? lost.At, Detected = lost.At, LastContact = lost.LastContactAt, Reason = lost.Reason };
                break;
            case PromotionSeen seen:
                _draft = _draft with { PromotionSeen = seen.At };
                break;
            case WriterConfirmed confirmed:
                if (confirmed.WasLost && _draft.Detected is not null)
                {
                    Add(confirmed.Region, confirmed.Region, confirmed.Term.Epoch, confirmed.At);
                }

                _draft = new FailoverDraft();
                break;
            case WriterElected elected:
                if (elected.Previous is { } previous)
                {
                    Add(previous, elected.Region, elected.Writer.Term.Epoch, elected.At);
                }

                _draft = new FailoverDraft();
                break;
        }
    }

    /// <summary>The first success since the last switch.</summary>
    public void OnFirstSuccess(string region)
    {
        FailoverRecord done;
        lock (_lock)
        {
            if (_records.Count == 0 || _records[^1].FirstSuccessAt is not null || _records[^1].ToRegion != region)
            {
                return;
            }

            done = _records[^1] with { FirstSuccessAt = _records[^1].SwitchedAt + (clock.Now - _switched) };
            _records[^1] = done;
        }

        Guarded.Run(() => RegionMetrics.RecordRecovery(dependency, done.Rto!.Value));
    }

    private void Add(string from, string to, long epoch, TimeSpan validated)
    {
        var detected = _draft.Detected ?? _draft.FirstSign ?? _draft.PromotionSeen ?? validated;
        var firstSign = _draft.FirstSign ?? detected;

        // One reading of the wall clock per record; everything else is counted from it, so that a step of that clock moves
        // the record but never its phases.
        var switched = clock.Now;
        var utc = clock.Time.GetUtcNow();
        DateTimeOffset Utc(TimeSpan moment) => utc - (switched - moment);
        var record = new FailoverRecord
        {
            Dependency = dependency,
            FromRegion = from,
            ToRegion = to,
            Epoch = epoch,
            Reason = _draft.Reason ?? "another region was promoted while it still answered",
            LastContactAt = Utc(_draft.LastContact ?? firstSign),
            FirstSignAt = Utc(firstSign),
            DetectedAt = Utc(detected),
            PromotionSeenAt = _draft.PromotionSeen is { } seen ? Utc(seen) : null,
            ValidatedAt = Utc(validated),
            DecidedAt = Utc(validated),
            SwitchedAt = utc,
            RtoTarget = rtoTarget,
        };
        lock (_lock)
        {
            if (_records.Count == Kept)
            {
                _records.RemoveAt(0);
            }

            _records.Add(record);
            _switched = switched;
        }
    }
}
