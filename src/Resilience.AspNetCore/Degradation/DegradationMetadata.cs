namespace Resilience.AspNetCore.Degradation;

/// <summary>The service that an endpoint belongs to.</summary>
internal sealed record DegradationMetadata(string Service);
