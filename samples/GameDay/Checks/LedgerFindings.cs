using GameDay.History;

namespace GameDay.Checks;

/// <summary>What became of the promises of the service.</summary>
/// <param name="Acknowledged">Payments answered with 201.</param>
/// <param name="LostByReplication">Of these, what is not on the survivor and which the dead region took with it.</param>
/// <param name="Unexplained">Of these, what is not captured on the survivor although replication cannot be the reason.</param>
/// <param name="Unfinished">Payments answered with 202 that have no outcome.</param>
/// <param name="Pending">Payments that the service still works on.</param>
internal sealed record LedgerFindings(
    int Acknowledged,
    IReadOnlyList<Operation> LostByReplication,
    IReadOnlyList<Operation> Unexplained,
    IReadOnlyList<Operation> Unfinished,
    int Pending)
{
    /// <summary>Payments that wait for a person.</summary>
    public int Parked { get; init; }
}
