using Polly;
using Polly.Timeout;
using Resilience.Pipelines.Timeouts;

#pragma warning disable VSTHRD103 // Results are taken synchronously only from tasks that are completed: that is the fast path.

namespace Resilience.Pipelines.Http;

/// <summary>Sends the requests of one client through the pipeline of its dependency, or each through that of its host.</summary>
internal sealed class DependencyHandler : DelegatingHandler
{
    private readonly Dependency? _dependency;
    private readonly HostRouter? _hosts;

    public DependencyHandler(Dependency dependency) => _dependency = dependency;

    public DependencyHandler(HostRouter hosts) => _hosts = hosts;

    /// <summary>True when it is the hosts of the requests that decide.</summary>
    public bool IsByHost => _hosts is not null;

    /// <summary>One attempt, past the pipeline.</summary>
    public Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage request, CancellationToken cancellationToken) => base.SendAsync(request, cancellationToken);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if ((_dependency ?? _hosts!.Find(request.RequestUri)) is not { } dependency || request.Options.TryGetValue(DependencyRequest.IsProbe, out _))
        {
            return base.SendAsync(request, cancellationToken);
        }

        var pipeline = dependency.For(request.RequestUri);
        var options = pipeline.Options;
        var isIdempotent = DependencyRequest.IsIdempotent(request, options.Http);
        var sendsDeadline = options.Http.SendDeadline && CallDeadline.Remaining is not null;
        if (request.Content is { } body)
        {
            if (options.Hedging.Enabled && isIdempotent && !RequestBody.IsShareable(body) && RequestBody.IsBufferable(body, options.Http.MaxReplayedBody))
            {
                return BufferAndSendAsync(pipeline, options, request, sendsDeadline, cancellationToken);
            }

            if (options.Retry.Enabled && !RequestBody.IsReplayable(body))
            {
                request.Content = new RequestBody(body, options.Http.MaxReplayedBody);
            }
        }

        return SendAsync(pipeline, options, request, isIdempotent, sendsDeadline, cancellationToken);
    }

    private Task<HttpResponseMessage> SendAsync(
        DependencyPipeline pipeline, DependencyOptions options, HttpRequestMessage request, bool isIdempotent, bool sendsDeadline, CancellationToken cancellationToken)
    {
        var template = options.Hedging.Enabled && isIdempotent && RequestBody.IsShareable(request.Content) ? DependencyRequest.Copy(request) : null;
        var call = new HttpCall(this, request, template, isIdempotent, sendsDeadline, pipeline.Time, cancellationToken);
        var running = pipeline.ExecuteAsync<HttpResponseMessage, HttpCall>(call);
        if (!running.IsCompletedSuccessfully)
        {
            return AwaitAsync(running, request);
        }

        var outcome = running.GetAwaiter().GetResult();
        return outcome.Exception is { } exception ? Task.FromException<HttpResponseMessage>(exception) : Task.FromResult(Answer(outcome.Result!, request));
    }

    /// <summary>
    /// Makes a body ready for attempts that run at once. The time that this takes is the call's: a body that is slow to
    /// come must not buy it more.
    /// </summary>
    private async Task<HttpResponseMessage> BufferAndSendAsync(
        DependencyPipeline pipeline, DependencyOptions options, HttpRequestMessage request, bool sendsDeadline, CancellationToken cancellationToken)
    {
        var time = new CallTime(pipeline.Time, pipeline.Time.GetTimestamp(), options.TotalRequestTimeout.Limit, CallDeadline.Remaining);
        if (time.Remaining is not { } limit)
        {
            await BufferAsync(request, options.Http.MaxReplayedBody, cancellationToken);
            return await SendAsync(pipeline, options, request, isIdempotent: true, sendsDeadline, cancellationToken);
        }

        using var tooLong = new CancellationTokenSource(limit > TimeSpan.Zero ? limit : TimeSpan.Zero, pipeline.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, tooLong.Token);
        try
        {
            await BufferAsync(request, options.Http.MaxReplayedBody, either.Token);
        }
        catch (OperationCanceledException late) when (tooLong.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutRejectedException(
                $"'{pipeline.Name}' was not called: the request's body could not be read within {limit.TotalMilliseconds:0} ms.", limit, late);
        }

        using var deadline = CallDeadline.Begin(time.Remaining ?? limit, pipeline.Time);
        return await SendAsync(pipeline, options, request, isIdempotent: true, sendsDeadline, cancellationToken);
    }

    private static async Task BufferAsync(HttpRequestMessage request, int limit, CancellationToken cancellationToken)
    {
        var original = request.Content!;
        var body = new RequestBody(original, limit);
        request.Content = body;
        await body.BufferAsync(cancellationToken);
        if (!RequestBody.IsShareable(body) && RequestBody.IsReplayable(original))
        {
            // Too large to keep, but it needs no keeping.
            request.Content = original;
        }
    }

    private static async Task<HttpResponseMessage> AwaitAsync(ValueTask<Outcome<HttpResponseMessage>> running, HttpRequestMessage request)
    {
        var outcome = await running;
        outcome.ThrowIfException();
        return Answer(outcome.Result!, request);
    }

    /// <summary>An injected answer knows of no request, but its caller may ask for it.</summary>
    private static HttpResponseMessage Answer(HttpResponseMessage response, HttpRequestMessage request)
    {
        response.RequestMessage ??= request;
        return response;
    }
}
