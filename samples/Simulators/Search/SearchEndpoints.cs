using Simulators.Faults;
using Simulators.Http;

namespace Simulators.Search;

/// <summary>The search engine: titles that contain the words.</summary>
internal static class SearchEndpoints
{
    public static void MapSearch(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/search", Search).SubjectToFaultsOf(SimulatedServices.Elasticsearch);

    private static IResult Search(string? q)
    {
        if (string.IsNullOrWhiteSpace(q))
        {
            return Problems.Invalid("q", "A query is needed.");
        }

        var hits = Catalogue.Products.Where(product => product.Title.Contains(q, StringComparison.OrdinalIgnoreCase)).ToList();
        return Results.Ok(new { query = q, total = hits.Count, items = hits });
    }
}
