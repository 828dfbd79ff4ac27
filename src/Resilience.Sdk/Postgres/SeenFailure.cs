namespace Resilience.Postgres;

/// <summary>A failure that a caller saw: of which generation of the writer, and when.</summary>
internal readonly record struct SeenFailure(long Generation, TimeSpan At);
