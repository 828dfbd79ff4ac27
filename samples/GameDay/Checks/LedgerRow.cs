namespace GameDay.Checks;

/// <summary>A payment as a database has it. The region is the one that wrote the row last.</summary>
internal sealed record LedgerRow(string Id, string Key, string Status, string Region)
{
    public string AccountId { get; init; } = "";

    public long AmountMinor { get; init; }

    public bool IsCaptured => Status == "captured";

    /// <summary>It waits for a person, visibly.</summary>
    public bool IsParked => Status == "parked";

    public bool IsPending => Status == "pending";
}
