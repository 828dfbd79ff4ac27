using System.Collections.Immutable;

namespace Resilience.Regions;

/// <summary>Whether writes may move to a region that was promoted: the one place where people's consent counts.</summary>
internal static class SwitchDecision
{
    /// <summary>What a switch waits for, in words; null when it may be made.</summary>
    public static string? WhyNot(RegionTopology topology, TopologyRules rules, ServerReport report, string region)
    {
        if (topology.HeldBy is { } holder)
        {
            return $"'{holder}' holds all switches";
        }

        if (rules.Switch == SwitchMode.Hold)
        {
            return "Switch:Mode is Hold";
        }

        if (rules.Switch != SwitchMode.Approval || Counted(rules, report, region) is var counted && counted.Length >= rules.Approvals)
        {
            return null;
        }

        return $"it waits for approval: {counted.Length} of {rules.Approvals}{(counted.Length > 0 ? $" ({string.Join(", ", counted.Select(one => one.Principal))})" : "")}";
    }

    public const string NoWitness = "no majority of the regions answers, and Switch:Corroboration is Strict: this process may be cut off together with it";

    /// <summary>
    /// Whether more than half of the regions, the writer among them, were heard as long ago at most as an observation counts. Former
    /// writers and other clusters are no witnesses. Of two processes that are cut off from each other only one has a majority, so
    /// whoever promotes in the sight of one stops the other.
    /// </summary>
    public static bool HasWitness(ReducerStep step, string region) => !step.Rules.NeedsWitness
        || 2 * step.Topology.Regions.Count(other => other.Name == region
            || (other.Condition is not (RegionCondition.Fenced or RegionCondition.Foreign) && step.At - other.ContactAt <= step.Rules.StaleAfter)) > step.Topology.Regions.Length;

    /// <summary>
    /// The approvals that count: one of each person, however they write their name, and none that has expired. Once the claim is written down the switch is
    /// decided, and a process that comes late follows it.
    /// </summary>
    public static ImmutableArray<SwitchApproval> Counted(TopologyRules rules, ServerReport report, string region)
    {
        var isClaimed = report.Epoch?.WriterRegion == region;
        return [.. report.Approvals.Where(approval => isClaimed || approval.Age <= rules.ApprovalExpiry).DistinctBy(approval => approval.Principal, StringComparer.OrdinalIgnoreCase)];
    }
}
