using System.Globalization;
using GameDay.History;

namespace GameDay.Load;

/// <summary>Decides what the clients ask for; the same seed gives the same payments. Thread-safe.</summary>
internal sealed class RequestMix(int seed, LoadOptions options, AcknowledgedPayments acknowledged)
{
    // Of the reads, most look at one payment, as a customer who waits for it would.
    private const double ReadOneShare = 0.6;
    private const int MaxAmountMinor = 50_000;

    private readonly Lock _lock = new();
#pragma warning disable CA5394 // Reproducible, which secure randomness is not.
    private readonly Random _random = new(seed);
    private long _number;

    public PlannedRequest Next()
    {
        lock (_lock)
        {
            var account = string.Create(CultureInfo.InvariantCulture, $"account-{_random.Next(options.Accounts)}");
            var amount = _random.Next(1, MaxAmountMinor) / 100m;
            var (choice, read) = (_random.NextDouble(), _random.NextDouble());
            if (choice >= options.PayShare)
            {
                if (read >= ReadOneShare)
                {
                    return new PlannedRequest(OperationKind.ListPayments, account);
                }

                if (acknowledged.Pick(_random) is { } id)
                {
                    return new PlannedRequest(OperationKind.ReadPayment, account) { PaymentId = id };
                }
            }

            var key = string.Create(CultureInfo.InvariantCulture, $"gameday-{seed}-{++_number:D7}");
            return new PlannedRequest(OperationKind.Pay, account) { Key = key, Amount = amount };
        }
    }
#pragma warning restore CA5394
}
