using PaymentService.Ledger;

namespace PaymentService.Http;

/// <summary>Answers 503 when the ledger cannot. The caller repeats with the same key and loses nothing.</summary>
internal sealed class LedgerFailureFilter(TimeProvider timeProvider, ILogger<LedgerFailureFilter> logger) : IEndpointFilter
{
    // An outage under load fails thousands of requests for the same reason.
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(5);

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
            return Problems.RepeatLater(context.HttpContext, after: null);
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
