using System.Globalization;
using PaymentService.Ledger;

namespace PaymentService.Payments;

/// <summary>What <c>POST /payments</c> answers for a payment.</summary>
internal static class PaymentAnswer
{
    private const string QueuedMessage = "Payment queued. You'll receive confirmation shortly.";
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    public static IResult For(HttpContext context, Payment payment)
    {
        context.Response.Headers.Location = LocationOf(payment.Id);
        switch (payment.Status)
        {
            case PaymentStatus.Captured:
                return Results.Json(PaymentView.Of(payment), statusCode: StatusCodes.Status201Created);

            case PaymentStatus.Declined:
                return Results.Json(PaymentView.Of(payment), statusCode: StatusCodes.Status402PaymentRequired);

            case PaymentStatus.Parked:
                // Repeating does not help, so there is no Retry-After.
                return Accepted(payment.Id, PaymentView.StatusOf(payment), "Payment held for review. You'll be contacted.");

            default:
                context.Response.Headers["Degraded"] = "payment_service;action=queue_for_retry";
                return Queued(context, payment.Id, QueuedMessage, RetryAfter);
        }
    }

    /// <summary>For a payment that will be made later.</summary>
    public static IResult Queued(HttpContext context, string id, string? message, TimeSpan? retryAfter)
    {
        context.Response.Headers.Location = LocationOf(id);
        context.Response.Headers.RetryAfter =
            Math.Max(1, Math.Ceiling((retryAfter ?? RetryAfter).TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return Accepted(id, PaymentView.Queued, message ?? QueuedMessage);
    }

    private static string LocationOf(string id) => $"/payments/{id}";

    private static IResult Accepted(string id, string status, string message) =>
        Results.Json(new AcceptedView(id, status, message), statusCode: StatusCodes.Status202Accepted);
}
