using GameDay.History;

namespace GameDay.Load;

internal sealed record PlannedRequest(OperationKind Kind, string AccountId)
{
    public string? Key { get; init; }

    public decimal Amount { get; init; }

    public string? PaymentId { get; init; }

    /// <summary>What is searched for.</summary>
    public string Query { get; init; } = "";
}
