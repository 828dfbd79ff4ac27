using System.Net.Http.Json;
using Polly;
using Resilience.Pipelines.Timeouts;

#pragma warning disable VSTHRD103 // Results are taken synchronously only from tasks that are completed: that is the fast path.

namespace Resilience.Pipelines.Http;

/// <summary>Sends the requests of one client through the pipeline of its dependency.</summary>
internal sealed class DependencyHandler(Dependency dependency) : DelegatingHandler
{
    /// <summary>One attempt, past the pipeline.</summary>
    public Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage request, CancellationToken cancellationToken) => base.SendAsync(request, cancellationToken);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var pipeline = dependency.For(request.RequestUri);
        var options = pipeline.Options;
        var original = request.Content;
        if (original is not null && options.Retry.Enabled && !IsReplayable(original))
        {
            request.Content = new RequestBody(original, options.Http.MaxReplayedBody);
        }

        var call = new HttpCall(
            this,
            request,
            DependencyRequest.IsIdempotent(request, options.Http),
            options.Http.SendDeadline && CallDeadline.Remaining is not null,
            pipeline.Time,
            cancellationToken);
        var running = pipeline.ExecuteAsync<HttpResponseMessage, HttpCall>(call);
        if (!running.IsCompletedSuccessfully)
        {
            return AwaitAsync(running);
        }

        var outcome = running.GetAwaiter().GetResult();
        return outcome.Exception is { } exception ? Task.FromException<HttpResponseMessage>(exception) : Task.FromResult(outcome.Result!);
    }

    private static async Task<HttpResponseMessage> AwaitAsync(ValueTask<Outcome<HttpResponseMessage>> running)
    {
        var outcome = await running;
        outcome.ThrowIfException();
        return outcome.Result!;
    }

    /// <summary>Bodies that the framework can write as often as it likes.</summary>
    private static bool IsReplayable(HttpContent content) => content is ByteArrayContent or ReadOnlyMemoryContent or JsonContent or RequestBody;
}
