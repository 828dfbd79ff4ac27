namespace Resilience.Degradation.Features;

/// <summary>Registered when degradation reaches the application's feature managers.</summary>
internal sealed class FeatureOverlayMarker;
