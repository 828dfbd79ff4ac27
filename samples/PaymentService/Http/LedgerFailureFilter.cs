using System.Globalization;
using PaymentService.Ledger;

namespace PaymentService.Http;

/// <summary>Answers 503 when the ledger cannot. The caller repeats with the same key and loses nothing.</summary>
internal sealed class LedgerFailureFilter(TimeProvider timeProvider, ILogger<LedgerFailureFilter> logger) : IEndpointFilter
{
    // An outage under load fails thousands of requests for the same reason.
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(5);

    private const int RetryAfterSeconds = 2;

    private long _loggedAt = long.MinValue;

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (Exception e) when (LedgerFailure.Is(e))
        {
            LogNowAndThen(e);
            context.HttpContext.Response.Headers.RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
            return Results.Problem(
                title: "The payment ledger is not available.",
                detail: "Repeat the request with the same idempotency key; the payment is made once.",
                statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }

    private void LogNowAndThen(Exception exception)
    {
        var now = timeProvider.GetTimestamp();
        var last = Interlocked.Read(ref _loggedAt);
        if ((last == long.MinValue || timeProvider.GetElapsedTime(last, now) >= LogInterval) &&
            Interlocked.CompareExchange(ref _loggedAt, now, last) == last)
        {
            Log.LedgerFailed(logger, exception.Message);
        }
    }
}
