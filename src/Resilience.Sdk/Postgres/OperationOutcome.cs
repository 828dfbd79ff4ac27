namespace Resilience.Postgres;

/// <summary>How an operation ended. Every other end is an exception.</summary>
public enum OperationOutcome
{
    /// <summary>This call's work is committed.</summary>
    Committed,

    /// <summary>An earlier call with the same operation id had committed; this call's work did not run.</summary>
    AlreadyCommitted,
}
