using System.Collections.Immutable;

namespace Resilience.Regions;

/// <summary>Whether writes may move to a region that was promoted: the one place where people's consent counts.</summary>
internal static class SwitchDecision
{
    /// <summary>What a switch waits for, in words; null when it may be made.</summary>
    public static string? WhyNot(TopologyRules rules, ServerReport report, string region)
    {
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

    public const string NoWitness = "no other region answers, and Switch:Corroboration is Strict: this process may be cut off together with it";

    /// <summary>
    /// Another region that was heard lately would show the epoch of a writer that was elected elsewhere. It answers for as long as
    /// an observation counts.
    /// </summary>
    public static bool HasWitness(ReducerStep step, string region) => !step.Rules.NeedsWitness
        || step.Topology.Regions.Any(other => other.Name != region && other is { Reachable: true, Misses: 0 } && step.At - other.ContactAt <= step.Rules.StaleAfter);

    /// <summary>
    /// The approvals that count: one of each person, and none that has expired. Once the claim is written down the switch is
    /// decided, and a process that comes late follows it.
    /// </summary>
    public static ImmutableArray<SwitchApproval> Counted(TopologyRules rules, ServerReport report, string region)
    {
        var isClaimed = report.Epoch?.WriterRegion == region;
        return [.. report.Approvals.Where(approval => isClaimed || approval.Age <= rules.ApprovalExpiry).DistinctBy(approval => approval.Principal, StringComparer.Ordinal)];
    }
}
