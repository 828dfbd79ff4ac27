using Microsoft.Extensions.Options;
using PaymentService.Ledger;
using PaymentService.Payments;

namespace PaymentService.Recovery;

/// <summary>Completes payments whose request could not: the gateway was away, or the process died.</summary>
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
                // A full batch that went through means a backlog: go on without waiting.
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

    /// <summary>Completes one batch and returns how many payments left the queue.</summary>
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
        var processor = scope.ServiceProvider.GetRequiredService<PaymentProcessor>();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Value.Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(claimed, parallel, async (payment, token) =>
        {
            if ((await processor.CompleteAsync(payment, token)).Status != PaymentStatus.Pending)
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
