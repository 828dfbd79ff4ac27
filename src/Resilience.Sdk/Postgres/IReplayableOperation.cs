namespace Resilience.Postgres;

/// <summary>
/// A write as data: it is kept in the journal until the other regions have it, and done again, under its operation id, on a writer
/// that was promoted without it. Registered with <c>dr.AddOperation&lt;T&gt;(name)</c>.
/// </summary>
/// <remarks>
/// It is written as JSON; leave results out with <c>[JsonIgnore]</c>. It may be carried out by another run of the program than the
/// one that took it, so it refers to nothing but its own data and the context.
/// When an earlier call had committed (<see cref="OperationOutcome.AlreadyCommitted"/>) it is not run, and its results stay unset.
/// </remarks>
public interface IReplayableOperation
{
    /// <summary>
    /// The statements. It may run more than once, each time in a fresh transaction: assign results, do not add them up, and cause no
    /// effect outside the transaction. It must not commit or roll back.
    /// </summary>
    /// <param name="context">Where to run them.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>A task.</returns>
    Task ApplyAsync(OperationContext context, CancellationToken cancellationToken);
}
