namespace Resilience.AspNetCore.Health;

/// <summary>Where Kubernetes asks.</summary>
internal static class ProbePaths
{
    public const string Startup = "/health/startup";
    public const string Live = "/health/live";
    public const string Ready = "/health/ready";
    public const string Detail = "/health";
}
