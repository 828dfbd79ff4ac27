using System.Data.Common;

namespace Resilience.Postgres;

/// <summary>
/// No region could be used before the deadline. Nothing was committed: the work may be repeated.
/// The message names each region and why it did not serve.
/// </summary>
public sealed class WriterUnavailableException : DbException
{
    internal WriterUnavailableException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Always true: a region may come back, or another be promoted.</summary>
    public override bool IsTransient => true;

    /// <summary>08001: the client could not establish a connection.</summary>
    public override string SqlState => "08001";
}
