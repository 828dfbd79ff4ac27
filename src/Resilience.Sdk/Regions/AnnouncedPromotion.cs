namespace Resilience.Regions;

/// <summary>A promotion that was told of already.</summary>
internal sealed record AnnouncedPromotion(string Region, int? Timeline);
