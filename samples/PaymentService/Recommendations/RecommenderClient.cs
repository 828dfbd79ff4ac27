using PaymentService.Services;

namespace PaymentService.Recommendations;

/// <summary>The ml-service over HTTP, through the pipeline of the dependency of that name.</summary>
internal sealed class RecommenderClient(HttpClient http, TimeProvider timeProvider) : IRecommender
{
    public ValueTask<RecommendationView> RecommendAsync(RecommendationQuery query, CancellationToken cancellationToken) => JsonAnswer.GetAsync<RecommendationView>(
        http,
        $"recommendations?accountId={Uri.EscapeDataString(query.AccountId)}&personalization={Uri.EscapeDataString(query.Personalization)}",
        timeProvider,
        cancellationToken);
}
