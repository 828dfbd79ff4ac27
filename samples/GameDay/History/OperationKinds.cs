namespace GameDay.History;

/// <summary>The kinds by the names that files use.</summary>
internal static class OperationKinds
{
    public static IReadOnlyList<OperationKind> All { get; } = Enum.GetValues<OperationKind>();

    public static string NameOf(OperationKind kind) => kind switch
    {
        OperationKind.Pay => "pay",
        OperationKind.ReadPayment => "read-payment",
        OperationKind.ListPayments => "list-payments",
        OperationKind.Rates => "rates",
        OperationKind.Recommendations => "recommendations",
        OperationKind.Search => "search",
        _ => "checkout",
    };
}
