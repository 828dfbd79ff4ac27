using Resilience.Pipelines.Bulkhead;

namespace Resilience.AspNetCore.Middleware;

/// <summary>How much the requests of an endpoint matter; the one nearest to the endpoint counts.</summary>
internal sealed record PriorityMetadata(CallPriority Priority);
