using Microsoft.Extensions.Options;
using PaymentService.Ledger;
using PaymentService.Payments;

namespace PaymentService.Recovery;

/// <summary>
/// Repeats the requests of callers who did not: the process died, or the gateway refused, between the opening of a payment and
/// its end. What is in the queue is left to the queue.
/// </summary>
internal sealed class PendingPaymentWorker(
    IServiceScopeFactory scopes,
    IPaymentLedger ledger,
    IOptions<RecoveryOptions> options,
    TimeProvider timeProvider,
    ILogger<PendingPaymentWorker> logger) : BackgroundService
{
    private bool _failing;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.Interval, timeProvider);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                // A full batch that went through means many more: go on without waiting.
                while (await TickAsync(stoppingToken) >= options.Value.BatchSize)
                {
                }

                if (_failing)
                {
                    _failing = false;
                    Log.RecoveryResumed(logger);
                }
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                if (!_failing)
                {
                    _failing = true;
                    Log.RecoveryFailed(logger, e.Message);
                }
            }
        }
    }

    /// <summary>Looks at one batch and returns how many payments came to an end.</summary>
    internal async Task<int> TickAsync(CancellationToken cancellationToken)
    {
        var now = timeProvider.GetUtcNow();
        var claimed = await ledger.ClaimDueAsync(now, now + options.Value.OlderThan, options.Value.BatchSize, cancellationToken);
        if (claimed.Count == 0)
        {
            return 0;
        }

        var settled = 0;
        // A scope for each batch, because clients of the gateway are made to be short-lived.
        await using var scope = scopes.CreateAsyncScope();
        var intake = scope.ServiceProvider.GetRequiredService<PaymentIntake>();
        var queued = scope.ServiceProvider.GetRequiredService<QueuedPayments>();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Value.Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(claimed, parallel, async (payment, token) =>
        {
            if (!await queued.HasAsync(payment.Id, token)
                && (await intake.PayAsync(PaymentJob.Of(payment), token)).Payment is { Status: not PaymentStatus.Pending })
            {
                Interlocked.Increment(ref settled);
            }
        });

        if (settled > 0)
        {
            Log.Recovered(logger, settled, claimed.Count);
        }

        return settled;
    }
}
