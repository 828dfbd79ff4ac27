using PaymentService.Products;

namespace PaymentService.Recommendations;

/// <summary>Stands in for an ml-service when none is configured. The same account always gets the same items.</summary>
internal sealed class InProcessRecommender : IRecommender
{
    private const int Items = 3;
    private const string Full = "full";

    public ValueTask<RecommendationView> RecommendAsync(RecommendationQuery query, CancellationToken cancellationToken)
    {
        if (query.Personalization != Full)
        {
            return new(PopularItems.For(query.AccountId));
        }

        var start = query.AccountId.Sum(character => character);
        return new(new RecommendationView(
            query.AccountId, Full, [.. Enumerable.Range(start, Items).Select(i => Catalogue.Products[i % Catalogue.Products.Count])]));
    }
}
