using Resilience.TestKit;

namespace Resilience.IntegrationTests.Postgres.Network;

/// <summary>A test that breaks the network; skipped, with the reason, where this process has none of its own.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NetworkFactAttribute : FactAttribute
{
    public NetworkFactAttribute() => Skip = PrivateNetwork.Missing;
}
