using Resilience.Pipelines.Bulkhead;
using Resilience.Pipelines.Retry;

namespace Resilience.Pipelines;

/// <summary>What an attempt's outcome means to the strategies.</summary>
/// <param name="Result">What became of it.</param>
/// <param name="RetryAfter">How long the dependency asked to be left alone; null when it did not.</param>
internal readonly record struct CallVerdict(AttemptResult Result, TimeSpan? RetryAfter = null)
{
    /// <summary>What the breaker counts. What we refused ourselves, or the caller gave up, says nothing of the dependency.</summary>
    public CallResult ForBreaker => Result switch
    {
        AttemptResult.Final => CallResult.Success,
        AttemptResult.Rejected or AttemptResult.Cancelled => CallResult.Neutral,
        _ => CallResult.Failure,
    };

    /// <summary>What the adaptive limit learns.</summary>
    public PermitOutcome ForBulkhead => Result switch
    {
        AttemptResult.Final => PermitOutcome.Answered,
        AttemptResult.Overloaded => PermitOutcome.Overloaded,
        _ => PermitOutcome.Neutral,
    };
}
