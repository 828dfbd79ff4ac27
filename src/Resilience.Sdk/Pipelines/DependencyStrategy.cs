using Polly;

namespace Resilience.Pipelines;

/// <summary>Offers a dependency's pipeline as a strategy of an ordinary Polly pipeline.</summary>
internal sealed class DependencyStrategy(DependencyPipeline pipeline) : ResilienceStrategy
{
    protected override ValueTask<Outcome<TResult>> ExecuteCore<TResult, TState>(
        Func<ResilienceContext, TState, ValueTask<Outcome<TResult>>> callback, ResilienceContext context, TState state)
    {
        var call = new PollyCall<TResult, TState>(callback, context, state, pipeline.Time);
        var running = pipeline.ExecuteAsync<TResult, PollyCall<TResult, TState>>(call);
        if (running.IsCompletedSuccessfully)
        {
            PollyContext.SetToken(context, call.Caller);
            return running;
        }

        return FinishAsync(running, context, call.Caller);
    }

    /// <summary>The context goes back to the caller with the caller's own token.</summary>
    private static async ValueTask<Outcome<TResult>> FinishAsync<TResult>(ValueTask<Outcome<TResult>> running, ResilienceContext context, CancellationToken caller)
    {
        var outcome = await running;
        PollyContext.SetToken(context, caller);
        return outcome;
    }
}
