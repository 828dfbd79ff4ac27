namespace Resilience.Postgres;

/// <summary>An operation that is committed, and where.</summary>
/// <param name="Outcome">By whom.</param>
/// <param name="Epoch">The epoch of the writer that has it.</param>
internal readonly record struct DoneOperation(OperationOutcome Outcome, long Epoch);
