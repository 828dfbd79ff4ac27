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
    private const string Full = "full";

    public static void MapRecommendations(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/recommendations", Recommend).SubjectToFaultsOf(SimulatedServices.MlService);

    private static IResult Recommend(string? accountId, string? personalization)
    {
        if (string.IsNullOrWhiteSpace(accountId))
        {
            return Problems.Invalid("accountId", "An account is needed.");
        }

        // Who is like whom is decided by the first letter.
        var like = (personalization ?? Full) switch { Full => accountId, "segment" => accountId[..1], "generic" => "", _ => null };
        if (like is null)
        {
            return Problems.Invalid("personalization", "Use full, segment or generic.");
        }

        var start = SHA256.HashData(Encoding.UTF8.GetBytes(like))[0];
        return Results.Ok(new
        {
            accountId,
            personalization = personalization ?? Full,
            items = Enumerable.Range(start, Items).Select(i => Catalogue.Products[i % Catalogue.Products.Count]),
        });
    }
}
