namespace Resilience.AspNetCore.Middleware;

/// <summary>Requests of this endpoint are neither counted nor shed.</summary>
internal sealed class NoSheddingMetadata
{
    public static NoSheddingMetadata Instance { get; } = new();
}
