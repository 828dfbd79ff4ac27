using Microsoft.AspNetCore.Http;
using Resilience.Degradation;

namespace Resilience.AspNetCore.Degradation;

/// <summary>Turns outcomes, and failures of dependencies that nobody has caught, into answers.</summary>
internal sealed class DegradationFilter(string service, Func<string, string>? location) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context) switch
            {
                IOutcome { Kind: OutcomeKind.Queued } queued => OutcomeAnswers.Queued(queued.Key!, queued.Message, queued.RetryAfter, location?.Invoke(queued.Key!)),
                IOutcome { Kind: OutcomeKind.Failed } failed => OutcomeAnswers.Failed(failed.Service!, failed.RetryAfter),
                IOutcome { Boxed: IResult answer } => answer,
                IOutcome outcome => Results.Ok(outcome.Boxed),
                var other => other,
            };
        }
        catch (Exception exception) when (DependencyFailure.Is(exception, context.HttpContext.RequestAborted))
        {
            return OutcomeAnswers.Failed(service, retryAfter: null);
        }
    }
}
