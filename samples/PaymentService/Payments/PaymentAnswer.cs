using System.Globalization;
using PaymentService.Ledger;

namespace PaymentService.Payments;

/// <summary>What <c>POST /payments</c> answers for a payment.</summary>
internal static class PaymentAnswer
{
    private const int RetryAfterSeconds = 5;

    public static IResult For(HttpContext context, Payment payment)
    {
        var response = context.Response;
        response.Headers.Location = $"/payments/{payment.Id}";
        switch (payment.Status)
        {
            case PaymentStatus.Captured:
                return Results.Json(PaymentView.Of(payment), statusCode: StatusCodes.Status201Created);

            case PaymentStatus.Declined:
                return Results.Json(PaymentView.Of(payment), statusCode: StatusCodes.Status402PaymentRequired);

            case PaymentStatus.Parked:
                // Repeating does not help, so there is no Retry-After.
                return Accepted(payment, "Payment held for review. You'll be contacted.");

            default:
                response.Headers.RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
                response.Headers["Degraded"] = "payment_service;action=queue_for_retry";
                return Accepted(payment, "Payment queued. You'll receive confirmation shortly.");
        }
    }

    private static IResult Accepted(Payment payment, string message) => Results.Json(
        new AcceptedView(payment.Id, PaymentView.StatusOf(payment), message), statusCode: StatusCodes.Status202Accepted);
}
