using Resilience.TestKit;

namespace Resilience.IntegrationTests.Postgres.Network;

/// <summary>As <see cref="NetworkFactAttribute"/>, with rows.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NetworkTheoryAttribute : TheoryAttribute
{
    public NetworkTheoryAttribute() => Skip = PrivateNetwork.Missing;
}
