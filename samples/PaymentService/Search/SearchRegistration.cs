using PaymentService.Products;
using PaymentService.Services;
using Resilience.Degradation.Fallbacks;

namespace PaymentService.Search;

internal static class SearchRegistration
{
    private const string Dependency = "elasticsearch";

    // Somebody looks at the page meanwhile, and the database has an answer, too.
    private static readonly Dictionary<string, string> Defaults = new(StringComparer.Ordinal)
    {
        ["TotalRequestTimeout:Timeout"] = "00:00:02",
        ["AttemptTimeout:Timeout"] = "00:00:01",
        ["CircuitBreaker:BreakDuration"] = "00:00:05",
    };

    /// <summary>The search engine at the configured address, or the stand-in; and what answers in its place.</summary>
    public static void AddSearch(this WebApplicationBuilder builder)
    {
        builder.AddService<ISearchEngine, SearchClient, InProcessSearch>(Dependency, Defaults);
        builder.AddDrResilience(dr => dr.AddFallback<string, SearchView>("database_fulltext_search", async (services, query, token) =>
        {
            var found = await services.GetRequiredService<IProductTable>().SearchAsync(query, token);
            return new FallbackAnswer<SearchView>(new SearchView(query, found.Count, found));
        }));
    }
}
