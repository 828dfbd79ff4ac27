namespace GameDay.Objectives;

/// <summary>One system of the business impact analysis.</summary>
/// <param name="Tier">1, critical, to 4.</param>
/// <param name="Rto">How long it may be away.</param>
/// <param name="Rpo">How much of its last data may be lost, in time.</param>
/// <param name="Strategy">How it is meant to survive, for instance "hot-standby".</param>
internal sealed record BusinessSystem(string Name, int Tier, TimeSpan Rto, TimeSpan Rpo, Money RevenuePerHour, string Strategy)
{
    private const int Cents = 2;

    /// <param name="downtime">Null when it is not known.</param>
    public Impact ImpactOf(TimeSpan? downtime) => new(
        Name,
        Tier,
        Strategy,
        RevenuePerHour.Symbol,
        Math.Round(RevenuePerHour.Amount / 60, Cents),
        downtime?.TotalSeconds,
        downtime is { } time ? Math.Round(RevenuePerHour.Amount * (decimal)time.TotalHours, Cents) : null);
}
