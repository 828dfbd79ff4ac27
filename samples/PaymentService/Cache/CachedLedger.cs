using System.Text.Json;
using PaymentService.Ledger;
using Resilience.Redis.Connections;

namespace PaymentService.Cache;

/// <summary>
/// The ledger with its outcomes kept in Redis. Only what never changes is kept, so nothing has to be taken out again; whatever goes
/// wrong with the cache, the ledger is asked. What is found there is kept for whoever asks next, so an empty cache fills by itself.
/// </summary>
/// <remarks>
/// An outcome that was acknowledged may be found here although the region that wrote it is lost; it is done again there, as every
/// acknowledged payment is.
/// </remarks>
internal sealed class CachedLedger(IPaymentLedger ledger, IRedisDependency cache) : IPaymentLedger
{
    private const string Prefix = "payments:1:";
    private static readonly TimeSpan Expiry = TimeSpan.FromMinutes(10);

    public string Description => $"{ledger.Description}, outcomes in Redis";

    public async Task<Payment?> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (await CachedAsync(id, cancellationToken) is { } cached)
        {
            return cached;
        }

        var payment = await ledger.FindAsync(id, cancellationToken);
        if (payment is { Status: PaymentStatus.Captured or PaymentStatus.Declined })
        {
            await KeepAsync(payment, cancellationToken);
        }

        return payment;
    }

    public Task<Payment> OpenAsync(Payment payment, DateTimeOffset dueAt, CancellationToken cancellationToken) =>
        ledger.OpenAsync(payment, dueAt, cancellationToken);

    public Task<Payment> SettleAsync(Payment payment, PaymentStatus outcome, string? chargeId, CancellationToken cancellationToken) =>
        ledger.SettleAsync(payment, outcome, chargeId, cancellationToken);

    public Task<Payment> RefuseAsync(Payment payment, int limit, CancellationToken cancellationToken) =>
        ledger.RefuseAsync(payment, limit, cancellationToken);

    public Task<IReadOnlyList<Payment>> ListAsync(string accountId, PagePosition? after, int limit, CancellationToken cancellationToken) =>
        ledger.ListAsync(accountId, after, limit, cancellationToken);

    public Task<IReadOnlyList<Payment>> ClaimDueAsync(
        DateTimeOffset now, DateTimeOffset nextDueAt, int limit, CancellationToken cancellationToken) =>
        ledger.ClaimDueAsync(now, nextDueAt, limit, cancellationToken);

    private async Task<Payment?> CachedAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            byte[]? value = await cache.ExecuteAsync(redis => redis.StringGetAsync(Prefix + id), cancellationToken);
            return value is null ? null : JsonSerializer.Deserialize<CachedPayment>(value)?.ToPayment();
        }
#pragma warning disable CA1031 // Whatever is wrong with the cache, the ledger knows.
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            return null;
        }
    }

    private async Task KeepAsync(Payment payment, CancellationToken cancellationToken)
    {
        var value = JsonSerializer.SerializeToUtf8Bytes(CachedPayment.Of(payment));
        try
        {
            await cache.ExecuteAsync(redis => redis.StringSetAsync(Prefix + payment.Id, value, Expiry), cancellationToken);
        }
#pragma warning disable CA1031 // The answer is there; that it is not kept costs the next reader a query.
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
        }
    }
}
