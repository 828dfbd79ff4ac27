namespace GameDay.Checks;

/// <summary>What a former writer had when it came back, before it was rebuilt.</summary>
/// <param name="Region">The region.</param>
/// <param name="PromotedAt">When its successor was seen writable.</param>
/// <param name="Rows">Its payments.</param>
internal sealed record FormerWriter(string Region, TimeSpan PromotedAt, IReadOnlyList<LedgerRow> Rows);
