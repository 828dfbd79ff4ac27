namespace PaymentService.Rates;

/// <summary>How exchange rates are kept. Section <c>Rates</c>.</summary>
internal sealed class RatesOptions
{
    public const string Section = "Rates";

    /// <summary>The time between two questions for the rates; zero asks only when a customer does.</summary>
    /// <value>1 min.</value>
    public TimeSpan RefreshInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How old the rates may be that answer while the gateway is down. Older ones would be a promise that nobody can keep.</summary>
    /// <value>24 h.</value>
    public TimeSpan MaxStaleness { get; set; } = TimeSpan.FromHours(24);
}
