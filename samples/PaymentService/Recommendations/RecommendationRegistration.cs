using PaymentService.Services;
using Resilience.Degradation.Fallbacks;

namespace PaymentService.Recommendations;

internal static class RecommendationRegistration
{
    private const string Dependency = "ml-service";

    // Nobody waits long for what they did not ask for.
    private static readonly Dictionary<string, string> Defaults = new(StringComparer.Ordinal)
    {
        ["TotalRequestTimeout:Timeout"] = "00:00:01",
        ["AttemptTimeout:Timeout"] = "00:00:01",
        ["CircuitBreaker:BreakDuration"] = "00:00:05",
    };

    /// <summary>The ml-service at the configured address, or the stand-in; and what answers in its place.</summary>
    public static void AddRecommendations(this WebApplicationBuilder builder)
    {
        builder.AddService<IRecommender, RecommenderClient, InProcessRecommender>(Dependency, Defaults);
        builder.AddDrResilience(dr => dr.AddFallback<RecommendationQuery, RecommendationView>(
            "popular_items_cache", (_, query, _) => new(new FallbackAnswer<RecommendationView>(PopularItems.For(query.AccountId)))));
    }
}
