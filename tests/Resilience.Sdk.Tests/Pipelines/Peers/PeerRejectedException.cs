namespace Resilience.Sdk.Tests.Pipelines.Peers;

/// <summary>The peer's limiter is full.</summary>
internal sealed class PeerRejectedException() : Exception("No permit.");
