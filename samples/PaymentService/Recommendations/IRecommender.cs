namespace PaymentService.Recommendations;

/// <summary>Recommends products.</summary>
internal interface IRecommender
{
    ValueTask<RecommendationView> RecommendAsync(RecommendationQuery query, CancellationToken cancellationToken);
}
