using Resilience.TestKit;

namespace Resilience.IntegrationTests.TestKit;

/// <summary>A test that needs a further program; shown as skipped, with what to install, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ToolFactAttribute : FactAttribute
{
    public ToolFactAttribute(Type tool) =>
        Skip = tool == typeof(HaproxyProcess) ? HaproxyProcess.Missing
            : tool == typeof(ClockSkew) ? ClockSkew.Missing
            : tool == typeof(CpuStress) ? CpuStress.Missing
            : throw new ArgumentException($"'{tool}' is none of the kit's tools.", nameof(tool));
}
