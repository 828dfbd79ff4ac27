namespace Resilience.Degradation.Fallbacks;

/// <summary>What a fallback answers.</summary>
/// <typeparam name="T">What the call returns.</typeparam>
/// <param name="Value">The value; never a silent null in place of one.</param>
/// <param name="Age">How old it is; null when it is not from a store.</param>
public readonly record struct FallbackAnswer<T>(T Value, TimeSpan? Age = null);
