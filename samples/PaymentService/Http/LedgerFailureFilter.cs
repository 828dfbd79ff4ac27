using System.Globalization;
using PaymentService.Ledger;

namespace PaymentService.Http;

/// <summary>Answers 503 when the ledger cannot. The caller repeats with the same key and loses nothing.</summary>
internal sealed class LedgerFailureFilter(ILogger<LedgerFailureFilter> logger) : IEndpointFilter
{
    private const int RetryAfterSeconds = 2;

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (Exception e) when (LedgerFailure.Is(e))
        {
            Log.LedgerFailed(logger, e.Message);
            context.HttpContext.Response.Headers.RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
            return Results.Problem(
                title: "The payment ledger is not available.",
                detail: "Repeat the request with the same idempotency key; the payment is made once.",
                statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }
}
