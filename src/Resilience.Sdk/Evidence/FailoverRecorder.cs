using Resilience.Diagnostics;
using Resilience.Internal;
using Resilience.Regions;

namespace Resilience.Evidence;

/// <summary>Builds failover records from the events of the topology. Events come from one loop; the first success from any thread.</summary>
/// <param name="dependency">Whose evidence it is.</param>
/// <param name="clock">The clock of all its moments.</param>
/// <param name="rtoTarget">The recovery time objective.</param>
/// <param name="rpoTarget">The recovery point objective.</param>
/// <param name="log">Where each record is kept for good; null keeps it in this process.</param>
internal sealed class FailoverRecorder(string dependency, MonotonicClock clock, TimeSpan? rtoTarget, TimeSpan? rpoTarget = null, FailoverLog? log = null) : IAsyncDisposable
{
    /// <summary>Enough for any incident; older records are in the log.</summary>
    private const int Kept = 100;

    private const int MostPending = 10_000;

    private readonly Lock _lock = new();
    private readonly List<FailoverRecord> _records = [];
    private readonly List<(TimeSpan From, TimeSpan To)> _spans = [];
    private readonly List<(TimeSpan Caught, Func<OperationCounts, OperationCounts> Count)> _pending = [];
    private readonly HashSet<string> _unsaved = new(StringComparer.Ordinal);
    private FailoverDraft _draft = new();

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
                _draft = _draft with { FirstSign = _draft.FirstSign ?? lost.At, Detected = lost.At, LastContact = lost.LastContactAt, Exposure = lost.Exposure, IsPlanned = lost.IsPlanned, Reason = lost.Reason };
                break;
            case DiagnosisChanged { To.Kind: WriterDiagnosis.Healthy }:
                _draft = _draft with { Diagnosis = null };
                break;
            case DiagnosisChanged { To: { Kind: not WriterDiagnosis.Unknown } diagnosis } when Tells(diagnosis.Kind):
                _draft = _draft with { Diagnosis = diagnosis };
                break;
            case PromotionSeen seen:
                _draft = _draft with { PromotionSeen = seen.At };
                break;
            case SwitchHeld held:
                _draft = _draft with { Held = _draft.Held ?? held.At };
                break;
            case SwitchApproved approved:
                _draft = _draft with { Approved = approved };
                break;
            case WriterConfirmed confirmed:
                if (confirmed.WasLost && _draft.Detected is not null)
                {
                    Add(confirmed.Region, confirmed.Region, confirmed.Term.Epoch, confirmed.At);
                }

                Forget();

                // A promotion elsewhere and what people have decided of it outlast a doubt about the writer.
                _draft = new FailoverDraft { PromotionSeen = _draft.PromotionSeen, Held = _draft.Held, Approved = _draft.Approved };
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

            done = _records[^1] with { FirstSuccessAt = _records[^1].SwitchedAt + (clock.Now - _spans[^1].To) };
            _records[^1] = done;
        }

        log?.Append(done);
        Guarded.Run(() => RegionMetrics.RecordRecovery(dependency, done.Rto!.Value));
    }

    /// <summary>Counts an operation that a failover caught.</summary>
    /// <param name="caught">When it was: it belongs to the failover that was under way then, and to none when there was none. Null for the last one.</param>
    /// <param name="count">Adds it.</param>
    public void Count(TimeSpan? caught, Func<OperationCounts, OperationCounts> count)
    {
        lock (_lock)
        {
            var index = caught is { } moment ? _spans.FindIndex(span => moment <= span.To) : _spans.Count - 1;
            if (index < 0)
            {
                if (_pending.Count < MostPending)
                {
                    _pending.Add((caught ?? clock.Now, count));
                }
            }
            else if (!(caught < _spans[index].From))
            {
                _records[index] = _records[index] with { Operations = count(_records[index].Operations) };
                _unsaved.Add(_records[index].Id);
            }
        }
    }

    /// <summary>Keeps what was counted since the records were kept last.</summary>
    public void Save()
    {
        List<FailoverRecord> changed;
        lock (_lock)
        {
            changed = [.. _records.Where(record => _unsaved.Contains(record.Id))];
            _unsaved.Clear();
        }

        changed.ForEach(record => log?.Append(record));
    }

    /// <summary>Waits until all records are kept.</summary>
    public ValueTask DisposeAsync()
    {
        Save();
        return log?.DisposeAsync() ?? ValueTask.CompletedTask;
    }

    /// <summary>No switch came of it: what was counted belongs to none.</summary>
    private void Forget()
    {
        lock (_lock)
        {
            _pending.Clear();
        }
    }

    /// <summary>That another was promoted, or the old one stopped, is what a planned switchover consists of.</summary>
    private bool Tells(WriterDiagnosis kind) => _draft.Diagnosis?.Kind switch
    {
        null or WriterDiagnosis.Promoted => true,
        WriterDiagnosis.PlannedSwitchover => kind is not (WriterDiagnosis.Promoted or WriterDiagnosis.PrimaryDown),
        _ => kind is not WriterDiagnosis.Promoted,
    };

    private static TimeSpan Between(TimeSpan least, TimeSpan value, TimeSpan most) => value < least ? least : value > most ? most : value;

    private void Add(string from, string to, long epoch, TimeSpan elected)
    {
        var detected = _draft.Detected ?? _draft.FirstSign ?? _draft.PromotionSeen ?? elected;
        var firstSign = _draft.FirstSign ?? detected;

        // With approvals the successor was proven when its switch was held, and decided when enough people had said yes; if that was
        // before the writer was lost, nothing of the recovery was spent on it.
        var held = from == to ? null : _draft.Held;
        var approved = from == to ? null : _draft.Approved;
        var validated = Between(detected, held ?? elected, elected);
        var decided = Between(validated, approved?.At ?? validated, elected);

        // One reading of the wall clock per record; everything else is counted from it, so that a step of that clock moves
        // the record but never its phases.
        var switched = clock.Now;
        var utc = clock.Time.GetUtcNow();
        DateTimeOffset Utc(TimeSpan moment) => utc - (switched - moment);
        var record = new FailoverRecord
        {
            Id = Guid.CreateVersion7(utc).ToString(),
            Dependency = dependency,
            FromRegion = from,
            ToRegion = to,
            Epoch = epoch,
            Reason = _draft.Reason ?? "another region was promoted while it still answered",
            Diagnosis = _draft.Diagnosis?.Kind ?? WriterDiagnosis.Unknown,
            Evidence = _draft.Diagnosis?.Evidence ?? "it was over before all regions had answered",
            LastContactAt = Utc(_draft.LastContact ?? firstSign),
            FirstSignAt = Utc(firstSign),
            DetectedAt = Utc(detected),
            PromotionSeenAt = _draft.PromotionSeen is { } seen ? Utc(seen) : null,
            ValidatedAt = Utc(validated),
            DecidedAt = Utc(decided),
            Approvals = [.. (approved?.Approvals ?? []).Select(one => new SwitchConsent(one.Principal, Utc(approved!.At - one.Age)))],
            SwitchedAt = utc,
            RtoTarget = rtoTarget,
            RpoTarget = rpoTarget,
            Exposure = _draft.Exposure,
            IsPlanned = _draft.IsPlanned,
        };
        lock (_lock)
        {
            if (_records.Count == Kept)
            {
                _records.RemoveAt(0);
                _spans.RemoveAt(0);
            }

            var began = _draft.LastContact ?? firstSign;
            record = record with { Operations = _pending.Where(one => one.Caught >= began).Aggregate(new OperationCounts(), (counts, one) => one.Count(counts)) };
            _pending.Clear();
            _records.Add(record);
            _spans.Add((began, switched));
        }

        log?.Append(record);
    }
}
