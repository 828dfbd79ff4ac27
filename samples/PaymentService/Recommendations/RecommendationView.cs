using PaymentService.Products;

namespace PaymentService.Recommendations;

/// <summary>What is recommended, as the ml-service writes it and as it is answered.</summary>
/// <param name="AccountId">For whom.</param>
/// <param name="Personalization"><c>full</c>, <c>segment</c> or <c>generic</c>.</param>
/// <param name="Items">The items, the best first.</param>
internal sealed record RecommendationView(string AccountId, string Personalization, IReadOnlyList<Product> Items);
