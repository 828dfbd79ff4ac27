using Resilience.TestKit;

namespace Resilience.IntegrationTests.TestKit;

/// <summary>A test that mounts file systems; shown as skipped, with the reason, where that is not allowed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RootFactAttribute : FactAttribute
{
    public RootFactAttribute() => Skip = PrivateMounts.Missing;
}
