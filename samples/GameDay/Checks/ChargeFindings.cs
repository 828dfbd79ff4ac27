namespace GameDay.Checks;

/// <summary>What the gateway says about the money.</summary>
/// <param name="Total">Charges made.</param>
/// <param name="Duplicates">Charges beyond the first of their key.</param>
/// <param name="KeysChecked">Acknowledged keys that were looked for.</param>
/// <param name="WrongKeys">Of these, the ones that were not charged exactly once.</param>
/// <param name="UnknownKeys">Keys that were charged and that no client sent.</param>
internal sealed record ChargeFindings(int Total, int Duplicates, int KeysChecked, IReadOnlyList<string> WrongKeys, IReadOnlyList<string> UnknownKeys);
