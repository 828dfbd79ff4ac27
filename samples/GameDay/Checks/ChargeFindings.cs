namespace GameDay.Checks;

/// <summary>What the gateway says about the money.</summary>
/// <param name="Total">Charges made.</param>
/// <param name="Duplicates">Charges beyond the first of their key.</param>
/// <param name="KeysChecked">Acknowledged keys that were looked for.</param>
/// <param name="WrongKeys">Those that were not charged exactly once, and those that a client was told are declined although the gateway did not decline or took the money.</param>
/// <param name="UnknownKeys">Keys that were charged and that no client sent.</param>
internal sealed record ChargeFindings(int Total, int Duplicates, int KeysChecked, IReadOnlyList<string> WrongKeys, IReadOnlyList<string> UnknownKeys);
