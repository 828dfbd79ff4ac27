using Polly;

namespace Resilience.Sdk.Tests.Pipelines.Peers;

/// <summary>Sends requests through a Polly pipeline as the standard handler does: the same message for every attempt.</summary>
internal sealed class PeerHandler(ResiliencePipeline<HttpResponseMessage> pipeline) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        await pipeline.ExecuteAsync(async token => await base.SendAsync(request, token), cancellationToken);
}
