namespace Simulators.Gateway;

/// <summary>
/// Every decision of the gateway, in order. The counts come from this book and not from the idempotency check, so they
/// tell the truth about money taken twice even when <see cref="Idempotent"/> is off.
/// </summary>
internal sealed class ChargeBook(bool idempotent)
{
    // Documented rule: callers choose the outcome by the account.
    private const string DeclinedPrefix = "declined";

    private readonly Lock _lock = new();
    private readonly List<ChargeEntry> _entries = [];
    private readonly Dictionary<string, List<ChargeEntry>> _byKey = new(StringComparer.Ordinal);
    private int _captures;
    private int _keysCaptured;

    public bool Idempotent { get; } = idempotent;

    /// <summary>Takes the money, or repeats the earlier answer; null when the key belongs to another body.</summary>
    public Charge? Add(string key, ChargeRequest request)
    {
        lock (_lock)
        {
            if (!_byKey.TryGetValue(key, out var ofKey))
            {
                _byKey[key] = ofKey = [];
            }
            else if (Idempotent)
            {
                return ofKey[0].Request == request ? new Charge(ofKey[0].Id, ofKey[0].Status) : null;
            }

            var declined = request.AccountId!.StartsWith(DeclinedPrefix, StringComparison.Ordinal);
            var sequence = _entries.Count + 1;
            var entry = new ChargeEntry(sequence, key, $"ch_{sequence:D8}", declined ? Charge.Declined : Charge.Captured, request);
            if (!declined)
            {
                _captures++;
                _keysCaptured += ofKey.Exists(earlier => earlier.Status == Charge.Captured) ? 0 : 1;
            }

            _entries.Add(entry);
            ofKey.Add(entry);
            return new Charge(entry.Id, entry.Status);
        }
    }

    public ChargeCount? Count(string key)
    {
        lock (_lock)
        {
            return _byKey.TryGetValue(key, out var ofKey)
                ? new ChargeCount(key, ofKey.Count(entry => entry.Status == Charge.Captured), ofKey[^1].Status)
                : null;
        }
    }

    public ChargeSummary Summary()
    {
        lock (_lock)
        {
            return new ChargeSummary(_captures, _keysCaptured, _captures - _keysCaptured);
        }
    }

    public IReadOnlyList<ChargeEntry> Page(long after, int limit)
    {
        lock (_lock)
        {
            var start = (int)Math.Min(after, _entries.Count);
            return _entries.GetRange(start, Math.Min(limit, _entries.Count - start));
        }
    }
}
