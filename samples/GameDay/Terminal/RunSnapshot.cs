namespace GameDay.Terminal;

/// <summary>What a display shows at one moment.</summary>
internal sealed record RunSnapshot(
    TimeSpan Now,
    string Phase,
    double Progress,
    string Writer,
    int InFlight,
    RequestRates PerSecond,
    RequestRates Total,
    IReadOnlyList<double> SuccessesBySecond,
    IReadOnlyList<(TimeSpan At, string Text)> Events);
