using Resilience.Postgres.Tail;

namespace Resilience.Postgres;

/// <summary>An operation that is committed, and where.</summary>
/// <param name="Outcome">By whom.</param>
/// <param name="Writer">The writer that has it, as it was before the attempt; null when it was just being replaced.</param>
internal readonly record struct DoneOperation(OperationOutcome Outcome, WriterHistory? Writer);
