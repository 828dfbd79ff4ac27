namespace Simulators.Gateway;

/// <summary>The body of <c>POST /charges</c>. Equal values are the same body, however they were written.</summary>
internal sealed record ChargeRequest
{
    public string? AccountId { get; init; }

    public decimal? Amount { get; init; }

    public string? Currency { get; init; }
}
