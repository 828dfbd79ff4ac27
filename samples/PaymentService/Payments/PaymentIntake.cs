using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Options;
using PaymentService.Ledger;
using PaymentService.Recovery;
using Resilience.Degradation;
using Resilience.Queueing;

namespace PaymentService.Payments;

/// <summary>
/// Where every request for a payment comes in: it is made at once, or, when the ledger or the gateway is away, promised by the
/// queue of <see cref="Service"/>. The README says what happens at each point where the process can die.
/// </summary>
internal sealed class PaymentIntake(
    ILedgerWriter ledger,
    PaymentProcessor processor,
    IDegradation degradation,
    IOptions<RecoveryOptions> options,
    TimeProvider timeProvider)
{
    /// <summary>The service in degradation.yaml, and its queue.</summary>
    public const string Service = "payment_service";

    public async Task<Submission> PayAsync(PaymentJob job, CancellationToken cancellationToken)
    {
        var now = timeProvider.GetUtcNow();
        var candidate = job.ToPayment(now);
        Payment? opened = null;
        ExceptionDispatchInfo? away = null;
        try
        {
            // First and always: the ledger alone knows that the key was used, and what came of it.
            opened = await ledger.OpenAsync(candidate, now + options.Value.OlderThan, cancellationToken);
        }
        catch (LedgerUnavailableException e)
        {
            away = ExceptionDispatchInfo.Capture(e);
        }

        if (opened is not null && opened.RequestHash != candidate.RequestHash)
        {
            return Submission.Conflict;
        }

        if (opened is not (null or { Status: PaymentStatus.Pending }))
        {
            return new Submission(opened);
        }

        try
        {
            // From here on a caller who leaves changes nothing: finishing the payment now is cheaper than recovering it.
            var outcome = await degradation.ExecuteAsync(Service, job, CompleteAsync, CancellationToken.None);
            return outcome.Kind switch
            {
                OutcomeKind.Queued => Submission.Queued(outcome.Key!, outcome.Message, outcome.RetryAfter),
                OutcomeKind.Failed => Submission.Failed(outcome.RetryAfter),
                _ => new Submission(outcome.Value),
            };
        }
        catch (RequestConflictException)
        {
            return Submission.Conflict;
        }

        async ValueTask<Payment> CompleteAsync(PaymentJob request, CancellationToken token)
        {
            away?.Throw();
            return await processor.CompleteAsync(ledger, opened!, token);
        }
    }
}
