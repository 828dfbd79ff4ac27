using System.Globalization;
using GameDay.History;

namespace GameDay.Load;

/// <summary>Decides what the clients ask for; the same seed gives the same requests. Thread-safe.</summary>
internal sealed class RequestMix(int seed, LoadOptions options, AcknowledgedPayments acknowledged)
{
    private const int MaxAmountMinor = 50_000;
    private static readonly string[] Words = ["tea", "book", "pen", "coffee", "lamp"];

    private readonly Lock _lock = new();
    private readonly (OperationKind Kind, double Weight)[] _mix = [.. options.Mix.Where(part => part.Value > 0).OrderBy(part => part.Key).Select(part => (part.Key, part.Value))];
#pragma warning disable CA5394 // Reproducible, which secure randomness is not.
    private readonly Random _random = new(seed);
    private long _number;

    public PlannedRequest Next()
    {
        lock (_lock)
        {
            var account = string.Create(CultureInfo.InvariantCulture, $"account-{_random.Next(options.Accounts)}");
            var amount = _random.Next(1, MaxAmountMinor) / 100m;
            var word = Words[_random.Next(Words.Length)];
            var kind = Kind_NeedsLock(_random.NextDouble());
            var id = kind == OperationKind.ReadPayment ? acknowledged.Pick(_random) : null;

            // Before the first acknowledgement there is nothing to read.
            return kind is OperationKind.Pay || (kind is OperationKind.ReadPayment && id is null)
                ? new PlannedRequest(OperationKind.Pay, account)
                {
                    Key = string.Create(CultureInfo.InvariantCulture, $"gameday-{seed}-{++_number:D7}"),
                    Amount = amount,
                }
                : new PlannedRequest(kind, account) { PaymentId = id, Query = word };
        }
    }
#pragma warning restore CA5394

    private OperationKind Kind_NeedsLock(double choice)
    {
        var left = choice * _mix.Sum(part => part.Weight);
        foreach (var (kind, weight) in _mix)
        {
            left -= weight;
            if (left < 0)
            {
                return kind;
            }
        }

        return _mix[^1].Kind;
    }
}
