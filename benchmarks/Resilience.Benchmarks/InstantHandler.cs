using System.Net;

namespace Resilience.Benchmarks;

/// <summary>Answers at once.</summary>
internal sealed class InstantHandler : HttpMessageHandler
{
    public static readonly Uri Address = new("http://server/");

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK));
}
