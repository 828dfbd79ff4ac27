using Resilience.Pipelines;
using Resilience.Pipelines.Http;

namespace Resilience.Health;

/// <summary>Requests a path of an HTTP dependency, with the dependency's own client but past its pipeline. Calls that succeed stand in for it.</summary>
internal sealed class HttpCheck(Dependency dependency, IHttpClientFactory clients, string client, Func<string> path) : ICheck
{
    private const int FirstFailure = 400;

    public string Name => dependency.Name;

    public bool HasSucceededWithin(TimeSpan last) => dependency.HasSucceededWithin(last);

    public async ValueTask<CheckAnswer> LookAsync(CancellationToken cancellationToken)
    {
        using var http = clients.CreateClient(client);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path(), UriKind.Relative));
        request.Options.Set(DependencyRequest.IsProbe, true);
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        return (int)response.StatusCode < FirstFailure
            ? new CheckAnswer(CheckOutcome.Succeeded)
            : new CheckAnswer(CheckOutcome.Failed, $"http-{(int)response.StatusCode}");
    }
}
