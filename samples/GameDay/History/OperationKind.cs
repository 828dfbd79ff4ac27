namespace GameDay.History;

internal enum OperationKind
{
    /// <summary><c>POST /payments</c> under a key of its own.</summary>
    Pay,

    /// <summary><c>GET /payments/{id}</c> of a payment that was acknowledged.</summary>
    ReadPayment,

    /// <summary><c>GET /accounts/{id}/payments</c>.</summary>
    ListPayments,
}
