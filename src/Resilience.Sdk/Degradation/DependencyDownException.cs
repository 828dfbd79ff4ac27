namespace Resilience.Degradation;

/// <summary>The dependency is known to be down, or is coming back little by little, and was not called.</summary>
public sealed class DependencyDownException : Exception
{
    internal DependencyDownException(string dependency)
        : base($"'{dependency}' was not called: it is down or just coming back.") => Dependency = dependency;

    /// <summary>The dependency.</summary>
    public string Dependency { get; }
}
