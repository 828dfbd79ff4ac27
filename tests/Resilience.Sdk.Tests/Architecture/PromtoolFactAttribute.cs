namespace Resilience.Sdk.Tests.Architecture;

/// <summary>Needs promtool, which comes with Prometheus.</summary>
public sealed class PromtoolFactAttribute : FactAttribute
{
    public PromtoolFactAttribute()
    {
        if (Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "promtool"))) != true)
        {
            Skip = "promtool is missing; ./test installs it as root.";
        }
    }
}
