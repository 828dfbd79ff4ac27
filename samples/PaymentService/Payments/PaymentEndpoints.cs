using System.Globalization;
using PaymentService.Http;
using PaymentService.Ledger;

namespace PaymentService.Payments;

internal static class PaymentEndpoints
{
    private const int DefaultLimit = 20;
    private const int MaxLimit = 100;

    public static void MapPayments(this IEndpointRouteBuilder routes)
    {
        var payments = routes.MapGroup("").AddEndpointFilter<RouteGroupBuilder, LedgerFailureFilter>();
        payments.MapPost("/payments", PayAsync);
        payments.MapGet("/payments/{id}", GetAsync);
        payments.MapGet("/accounts/{accountId}/payments", ListAsync);
    }

    private static async Task<IResult> PayAsync(HttpContext context, PaymentProcessor processor)
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

        var payment = await processor.PayAsync(header.ToString(), request, context.RequestAborted);
        return payment is null ? Problems.KeyReused() : PaymentAnswer.For(context, payment);
    }

    private static async Task<IResult> GetAsync(string id, IPaymentLedger ledger, CancellationToken cancellationToken) =>
        PaymentId.IsValid(id) && await ledger.FindAsync(id, cancellationToken) is { } payment
            ? Results.Json(PaymentView.Of(payment))
            : Problems.NotFound("There is no such payment.");

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
