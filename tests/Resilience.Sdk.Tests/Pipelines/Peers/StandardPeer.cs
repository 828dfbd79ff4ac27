using System.Net;
using System.Threading.RateLimiting;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;
using Resilience.Pipelines;
using Resilience.Pipelines.Http;

namespace Resilience.Sdk.Tests.Pipelines.Peers;

/// <summary>
/// The standard handler of Microsoft.Extensions.Http.Resilience, composed of Polly.Core's strategies after that package's
/// documentation: limiter, total time-out, retry, breaker, attempt time-out; 5xx, 408, 429, <see cref="HttpRequestException"/>
/// and time-outs are transient, whatever the method; Retry-After is waited for. The values are those of ours, so that both
/// sides differ in behaviour alone.
/// </summary>
internal static class StandardPeer
{
    /// <summary>Polly's limiter is a package of its own; as there, a permit is held from the first attempt to the last.</summary>
    public static ResiliencePipelineBuilder<T> AddLimiter<T>(this ResiliencePipelineBuilder<T> builder, int permits, int queue)
    {
        var limiter = new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = permits, QueueLimit = queue });
        return builder.AddStrategy(_ => new PeerLimiter<T>(limiter), new PeerLimiterOptions());
    }

    /// <summary>The composition with another meaning of what is transient.</summary>
    public static ResiliencePipeline<T> Build<T>(DependencyOptions options, TimeProvider time, Func<Outcome<T>, bool> isTransient, Func<T, TimeSpan?> retryAfter, CircuitBreakerStateProvider? state = null) =>
        new ResiliencePipelineBuilder<T> { TimeProvider = time }
            .AddLimiter(options.Bulkhead.PermitLimit, options.Bulkhead.QueueLimit)
            .AddTimeout(options.TotalRequestTimeout.Timeout)
            .AddRetry(new RetryStrategyOptions<T>
            {
                MaxRetryAttempts = options.Retry.MaxRetryAttempts,
                Delay = options.Retry.Delay,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = options.Retry.UseJitter,
                ShouldHandle = arguments => new(isTransient(arguments.Outcome)),
                DelayGenerator = arguments => new(arguments.Outcome.Exception is null ? retryAfter(arguments.Outcome.Result!) : null),
            })
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<T>
            {
                FailureRatio = options.CircuitBreaker.FailureRatio ?? 1,
                MinimumThroughput = options.CircuitBreaker.MinimumThroughput,
                SamplingDuration = options.CircuitBreaker.SamplingDuration,
                BreakDuration = options.CircuitBreaker.BreakDuration,
                ShouldHandle = arguments => new(isTransient(arguments.Outcome)),
                StateProvider = state,
            })
            .AddTimeout(options.AttemptTimeout.Timeout)
            .Build();

    public static ResiliencePipeline<HttpResponseMessage> Http(DependencyOptions options, TimeProvider time) =>
        Build<HttpResponseMessage>(options, time, IsTransient, response => response.Headers.RetryAfter?.Delta);

    private static bool IsTransient(Outcome<HttpResponseMessage> outcome) => outcome.Exception is { } exception
        ? exception is HttpRequestException or TimeoutRejectedException
        : outcome.Result!.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError;
}
