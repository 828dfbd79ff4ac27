using System.Data.Common;

namespace Resilience.Postgres;

/// <summary>
/// A commit was sent and its answer was lost. With an operation id, no writer could be asked before the deadline; without one there
/// is nothing to ask by. It may or may not be committed. Repeating it blindly may do it twice. With an operation id, call <c>ExecuteAsync</c> again with the <em>same</em>
/// one: then it is done exactly once. Without one, look into the data before you decide.
/// </summary>
public sealed class OutcomeUnknownException : DbException
{
    internal OutcomeUnknownException(string? operationId, string message, Exception? innerException)
        : base(message, innerException) => OperationId = operationId;

    /// <summary>The id to ask, or to repeat, with; null for work that was given none.</summary>
    public string? OperationId { get; }

    /// <summary>Always false: it is not known to be safe to repeat without the operation id.</summary>
    public override bool IsTransient => false;

    /// <summary>08007: transaction resolution unknown.</summary>
    public override string SqlState => "08007";
}
