using System.Globalization;
using PaymentService.Http;
using PaymentService.Ledger;

namespace PaymentService.Payments;

internal static class PaymentEndpoints
{
    private const int DefaultLimit = 20;
    private const int MaxLimit = 100;
    private static readonly TimeSpan QueuePatience = TimeSpan.FromSeconds(2);

    public static void MapPayments(this IEndpointRouteBuilder routes)
    {
        var payments = routes.MapGroup("").AddEndpointFilter<RouteGroupBuilder, LedgerFailureFilter>();
        payments.MapPost("/payments", PayAsync).WithDegradation(PaymentIntake.Service);
        payments.MapGet("/payments/{id}", GetAsync);
        payments.MapGet("/accounts/{accountId}/payments", ListAsync);
    }

    private static async Task<IResult> PayAsync(HttpContext context, PaymentIntake intake)
    {
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        var header = context.Request.Headers[IdempotencyKey.Header];
        if (IdempotencyKey.Check(header) is { } wrongKey)
        {
            errors[IdempotencyKey.Header] = wrongKey;
        }

        var body = await BoundedBody.ReadAsync(context.Request, context.RequestAborted);
        var request = PaymentRequestParser.Parse(body, errors);
        if (request is null || errors.Count > 0)
        {
            return Problems.Invalid(errors);
        }

        return await intake.PayAsync(PaymentJob.Of(header.ToString(), request), context.RequestAborted) switch
        {
            { IsConflict: true } => Problems.KeyReused(),
            { Payment: { } payment } => PaymentAnswer.For(context, payment),
            { QueuedAs: { } id } queued => PaymentAnswer.Queued(context, id, queued.Message, queued.RetryAfter),
            var failed => Problems.RepeatLater(context, failed.RetryAfter),
        };
    }

    private static async Task<IResult> GetAsync(
        string id, IPaymentLedger ledger, QueuedPayments queued, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        if (!PaymentId.IsValid(id))
        {
            return Unknown();
        }

        Payment? payment = null;
        Exception? away = null;
        try
        {
            payment = await ledger.FindAsync(id, cancellationToken);
        }
        catch (Exception e) when (LedgerFailure.Is(e))
        {
            away = e;
        }

        if (payment is { Status: not PaymentStatus.Pending })
        {
            return Results.Json(PaymentView.Of(payment));
        }

        string? status = null;
        using var patience = new CancellationTokenSource(QueuePatience, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            status = await queued.StatusAsync(id, payment, either.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            // The queue is in the same database; nobody waits for both of them one after the other.
            away ??= e;
        }

        if (payment is not null)
        {
            return Results.Json(PaymentView.Of(payment) with { Status = status ?? PaymentView.StatusOf(payment) });
        }

        if (status is not null)
        {
            return Results.Json(new StatusView(id, status));
        }

        // It may be in the ledger that cannot be asked, or in the journal of another replica.
        return away is null ? Unknown() : throw new LedgerUnavailableException(away);

        static IResult Unknown() => Problems.NotFound("There is no such payment.");
    }

    private static async Task<IResult> ListAsync(
        HttpContext context, IPaymentLedger ledger, string? limit, string? after, CancellationToken cancellationToken)
    {
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        var accountId = RawPath.Segment(context, 1);
        if (!AccountId.IsValid(accountId))
        {
            errors["accountId"] = $"The accountId {AccountId.Rule}.";
        }

        var size = DefaultLimit;
        if (limit is not null && !(int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out size) && size is >= 1 and <= MaxLimit))
        {
            errors["limit"] = $"The limit must be a number from 1 to {MaxLimit}.";
        }

        var position = after is null ? null : PageCursor.Decode(after);
        if (after is not null && position is null)
        {
            errors["after"] = "The cursor must be the 'next' of an earlier page.";
        }

        if (errors.Count > 0)
        {
            return Problems.Invalid(errors);
        }

        // One more than asked for tells whether there is a next page.
        var payments = await ledger.ListAsync(accountId!, position, size + 1, cancellationToken);
        var page = payments.Take(size).ToList();
        return Results.Json(new PaymentPage(
            page.ConvertAll(PaymentView.Of),
            payments.Count > size ? PageCursor.Encode(page[^1]) : null));
    }
}
