namespace Resilience.Pipelines;

/// <summary>The dependencies of the application, by name.</summary>
public interface IDependencies
{
    /// <summary>The dependency of this name; one that is not configured has the defaults.</summary>
    /// <param name="name">The name, as in <c>DrResilience:Dependencies</c>.</param>
    /// <exception cref="InvalidOperationException">The name belongs to a database.</exception>
    IDependency this[string name] { get; }
}
