namespace Resilience.Pipelines.Chaos;

/// <summary>
/// Attempts that fail without being made: HTTP requests with an <see cref="HttpRequestException"/> of a connection error,
/// which is safe to repeat whatever the method, and other calls with an <see cref="InjectedFaultException"/>.
/// </summary>
public sealed record ChaosFaultOptions
{
    /// <summary>The share of attempts.</summary>
    /// <value>0 by default; 0 to 1.</value>
    public double InjectionRate { get; init; }
}
