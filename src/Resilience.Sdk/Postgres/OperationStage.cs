namespace Resilience.Postgres;

/// <summary>How far an attempt at an operation is; a failure means something else at each.</summary>
internal enum OperationStage
{
    /// <summary>Waiting for a writer, opening a connection.</summary>
    Opening,

    /// <summary>Beginning the transaction and entering the operation in the ledger: asking whether it was done before.</summary>
    Asking,

    /// <summary>The caller's work runs.</summary>
    Working,

    /// <summary>COMMIT is on its way.</summary>
    Committing,
}
