using Polly;

namespace Resilience.Sdk.Tests.Pipelines.Peers;

internal sealed class PeerLimiterOptions : ResilienceStrategyOptions;
