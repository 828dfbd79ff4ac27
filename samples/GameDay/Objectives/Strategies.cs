namespace GameDay.Objectives;

/// <summary>The strategies of disaster recovery, from the cheapest to the fastest.</summary>
internal static class Strategies
{
    public static IReadOnlyList<string> All { get; } =
        ["backup-only", "cold-standby", "warm-standby", "hot-standby", "active-passive", "active-active"];
}
