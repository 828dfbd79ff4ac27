namespace GameDay.Checks;

/// <summary>Whether a former writer took payments that belong to its successor.</summary>
/// <param name="RowsLookedAt">Payments that former writers had when they came back.</param>
/// <param name="Violations">Of these, the ids that were asked for after the promotion.</param>
internal sealed record FencingFindings(int RowsLookedAt, IReadOnlyList<string> Violations);
