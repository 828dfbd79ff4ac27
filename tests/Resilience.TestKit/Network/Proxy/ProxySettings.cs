namespace Resilience.TestKit.Network;

/// <summary>What all connections of a proxy share.</summary>
internal sealed record ProxySettings(string UpstreamHost, int UpstreamPort, ToxicBoard Board, TimeProvider Time, int Seed);
