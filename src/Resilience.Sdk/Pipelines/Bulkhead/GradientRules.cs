namespace Resilience.Pipelines.Bulkhead;

/// <summary>The bounds of the adaptive limit.</summary>
internal readonly record struct GradientRules(int MinLimit, int MaxLimit);
