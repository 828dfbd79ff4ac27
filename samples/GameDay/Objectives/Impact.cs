namespace GameDay.Objectives;

/// <summary>What the outage of a run would have cost, had it happened to the business.</summary>
/// <param name="System">As the business impact analysis names it.</param>
/// <param name="Currency">The symbol of the two amounts.</param>
/// <param name="DowntimeSeconds">Null when nothing says how long it was down; then there is no cost either.</param>
internal sealed record Impact(
    string System, int Tier, string Strategy, string Currency, decimal CostPerMinute, double? DowntimeSeconds, decimal? Cost);
