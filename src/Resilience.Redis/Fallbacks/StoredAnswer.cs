namespace Resilience.Redis.Fallbacks;

/// <summary>An answer as it lies in Redis.</summary>
/// <param name="At">When it was given, in milliseconds since 1970 on the clock of whoever kept it.</param>
/// <param name="Type">What it was kept as. A replica of another version that has other types must not take it for one of its own.</param>
/// <param name="Value">The answer.</param>
internal sealed record StoredAnswer<T>(long At, string Type, T Value);
