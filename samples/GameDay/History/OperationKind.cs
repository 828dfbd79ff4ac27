namespace GameDay.History;

internal enum OperationKind
{
    /// <summary><c>POST /payments</c> under a key of its own.</summary>
    Pay,

    /// <summary><c>GET /payments/{id}</c> of a payment that was acknowledged.</summary>
    ReadPayment,

    /// <summary><c>GET /accounts/{id}/payments</c>.</summary>
    ListPayments,

    /// <summary><c>GET /rates</c>.</summary>
    Rates,

    /// <summary><c>GET /recommendations</c>.</summary>
    Recommendations,

    /// <summary><c>GET /search</c>.</summary>
    Search,

    /// <summary><c>GET /checkout</c>.</summary>
    Checkout,
}
