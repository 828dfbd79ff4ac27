namespace Resilience.DependencyInjection;

/// <summary>A dependency whose kind another package knows.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Options">What the kind has read.</param>
internal sealed record DependencyOfKind(IDependencyKind Kind, object Options);
