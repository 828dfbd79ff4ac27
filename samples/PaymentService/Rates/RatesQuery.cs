namespace PaymentService.Rates;

/// <summary>Asks for the rates of a currency.</summary>
internal sealed record RatesQuery(string Base);
