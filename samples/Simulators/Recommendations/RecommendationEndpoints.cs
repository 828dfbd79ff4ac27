using System.Security.Cryptography;
using System.Text;
using Simulators.Faults;
using Simulators.Http;
using Simulators.Search;

namespace Simulators.Recommendations;

/// <summary>The ml-service: the same account always gets the same items, so that answers can be compared.</summary>
internal static class RecommendationEndpoints
{
    private const int Items = 3;

    public static void MapRecommendations(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/recommendations", Recommend).SubjectToFaultsOf(SimulatedServices.MlService);

    private static IResult Recommend(string? accountId)
    {
        if (string.IsNullOrWhiteSpace(accountId))
        {
            return Problems.Invalid("accountId", "An account is needed.");
        }

        var start = SHA256.HashData(Encoding.UTF8.GetBytes(accountId))[0];
        return Results.Ok(new
        {
            accountId,
            personalization = "full",
            items = Enumerable.Range(start, Items).Select(i => Catalogue.Products[i % Catalogue.Products.Count]),
        });
    }
}
