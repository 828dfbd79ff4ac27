using System.Text.Json.Serialization;
using PaymentService.Payments;
using Resilience.Postgres;

namespace PaymentService.Ledger;

/// <summary>
/// The outcome of a payment. A customer is told of it, so it must not be lost: should a region be promoted that has not got it,
/// it is written there again, the row of the payment included.
/// </summary>
internal sealed record SettleOperation(PaymentJob Payment, DateTimeOffset CreatedAt, string Outcome, string? ChargeId) : IReplayableOperation
{
    /// <summary>In the journal.</summary>
    public const string Name = "settle-payment";

    public static SettleOperation Of(Payment payment, PaymentStatus outcome, string? chargeId) =>
        new(PaymentJob.Of(payment), payment.CreatedAt, outcome.ToName(), chargeId);

    /// <summary>The row that is there afterwards.</summary>
    [JsonIgnore]
    public Payment? Settled { get; private set; }

    public async Task ApplyAsync(OperationContext context, CancellationToken cancellationToken)
    {
        var payment = Payment.ToPayment(CreatedAt);
        var rows = await PostgresRows.WriteAsync(
            context.Connection,
            context.Transaction,
            PostgresSql.Settle,
            [.. PostgresRows.Values(payment), Outcome, context.Region, (object?)ChargeId ?? DBNull.Value],
            payment.Id,
            cancellationToken);
        Settled = rows is [var settled] ? settled : null;
    }
}
