namespace Resilience.Health;

/// <summary>An HTTP client that was named after a dependency; its probe uses the client's address, handlers and certificates.</summary>
/// <param name="Dependency">The dependency.</param>
/// <param name="Client">The client's name in the factory.</param>
internal sealed record DependencyClient(string Dependency, string Client);
