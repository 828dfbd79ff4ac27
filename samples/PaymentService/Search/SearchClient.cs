using PaymentService.Services;

namespace PaymentService.Search;

/// <summary>The search engine over HTTP, through the pipeline of the dependency <c>elasticsearch</c>.</summary>
internal sealed class SearchClient(HttpClient http, TimeProvider timeProvider) : ISearchEngine
{
    public ValueTask<SearchView> SearchAsync(string query, CancellationToken cancellationToken) =>
        JsonAnswer.GetAsync<SearchView>(http, $"search?q={Uri.EscapeDataString(query)}", timeProvider, cancellationToken);
}
