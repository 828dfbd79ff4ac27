namespace PaymentService.Recommendations;

/// <summary>For whom, and how personal at most.</summary>
internal sealed record RecommendationQuery(string AccountId, string Personalization);
