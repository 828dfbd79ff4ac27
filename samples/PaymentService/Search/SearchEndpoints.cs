using PaymentService.Http;
using Resilience.Degradation;

namespace PaymentService.Search;

internal static class SearchEndpoints
{
    private const string Service = "search_service";
    private const int LongestQuery = 200;

    public static void MapSearch(this IEndpointRouteBuilder routes) => routes.MapGet("/search", SearchAsync).WithDegradation(Service);

    private static async Task<IResult> SearchAsync(string? q, IDegradation degradation, ISearchEngine engine, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(q) || q.Length > LongestQuery || q.Contains('\0', StringComparison.Ordinal))
        {
            return Problems.Invalid("q", $"The query must have 1 to {LongestQuery} characters.");
        }

        return (await degradation.ExecuteAsync(Service, q, engine.SearchAsync, cancellationToken)).ToHttpResult();
    }
}
