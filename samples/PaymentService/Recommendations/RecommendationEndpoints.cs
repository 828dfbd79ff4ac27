using PaymentService.Http;
using PaymentService.Payments;
using Resilience.Degradation;

namespace PaymentService.Recommendations;

internal static class RecommendationEndpoints
{
    private const string Service = "recommendation_engine";

    public static void MapRecommendations(this IEndpointRouteBuilder routes) => routes.MapGet("/recommendations", RecommendAsync).WithDegradation(Service);

    private static async Task<IResult> RecommendAsync(string? accountId, IDegradation degradation, IRecommender recommender, CancellationToken cancellationToken)
    {
        if (!AccountId.IsValid(accountId))
        {
            return Problems.Invalid("accountId", $"The accountId {AccountId.Rule}.");
        }

        // The level counts for calls that are made as well: what is overloaded should do less for each.
        var query = new RecommendationQuery(accountId!, degradation.PersonalizationLevel);
        return (await degradation.ExecuteAsync(Service, query, recommender.RecommendAsync, cancellationToken)).ToHttpResult();
    }
}
