namespace Resilience.Regions;

/// <summary>A promotion that was told of already.</summary>
/// <param name="Region">The promoted region.</param>
/// <param name="Number">Which of its promotions (<see cref="ServerReport.Promotion"/>).</param>
internal sealed record AnnouncedPromotion(string Region, int Number);
