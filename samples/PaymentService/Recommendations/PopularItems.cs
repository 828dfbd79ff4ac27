using PaymentService.Products;

namespace PaymentService.Recommendations;

/// <summary>What most people like, for the fallback <c>popular_items_cache</c>: in the process already when it is needed.</summary>
internal static class PopularItems
{
    private const int Items = 3;
    private const string Generic = "generic";

    public static RecommendationView For(string accountId) => new(accountId, Generic, [.. Catalogue.Products.Take(Items)]);
}
