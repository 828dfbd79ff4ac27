namespace PaymentService.Ledger;

/// <summary>The status as the tables hold it.</summary>
internal static class StatusNames
{
    public static string ToName(this PaymentStatus status) => status switch
    {
        PaymentStatus.Pending => "pending",
        PaymentStatus.Captured => "captured",
        PaymentStatus.Declined => "declined",
        PaymentStatus.Parked => "parked",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "There is no such status."),
    };

    public static PaymentStatus Parse(string name) => name switch
    {
        "pending" => PaymentStatus.Pending,
        "captured" => PaymentStatus.Captured,
        "declined" => PaymentStatus.Declined,
        "parked" => PaymentStatus.Parked,
        _ => throw new FormatException($"The ledger holds the status '{name}', which this version does not know."),
    };
}
