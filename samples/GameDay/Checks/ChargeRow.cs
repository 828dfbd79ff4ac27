namespace GameDay.Checks;

/// <summary>A decision in the gateway's book.</summary>
internal sealed record ChargeRow(string Key, string Status, string AccountId, long AmountMinor)
{
    public bool IsCaptured => Status == "captured";
}
