namespace Resilience.AspNetCore.Health.Formats;

/// <summary>Health details, written down.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="ContentType">What it is.</param>
/// <param name="Body">All of it.</param>
internal readonly record struct DetailAnswer(int Status, string ContentType, ReadOnlyMemory<byte> Body);
