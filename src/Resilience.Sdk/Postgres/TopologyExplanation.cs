using System.Globalization;
using System.Text;
using Resilience.Regions;

namespace Resilience.Postgres;

/// <summary>Says in words why there is no writer: each region, its server, its cause, and the way out.</summary>
internal static class TopologyExplanation
{
    public static string NoWriter(string dependency, TimeSpan patience, RegionSet set) =>
        string.Create(CultureInfo.InvariantCulture, $"No region of '{dependency}' could be used within {patience.TotalSeconds:0.###} s. {Of(set)}");

    /// <summary>Each region and why it does not serve.</summary>
    public static string Of(RegionSet set)
    {
        var topology = set.Current.Topology;
        var text = new StringBuilder();
        if (topology.Conflict is { } conflict)
        {
            text.Append(conflict).Append(' ');
        }

        foreach (var state in topology.Regions)
        {
            text.Append(CultureInfo.InvariantCulture, $"Region '{state.Name}' ({set.Endpoint(state.Name).Address}): {Cause(topology, state)}. ");
        }

        return text.Append("Calls go on by themselves as soon as one of them is verified as the writer.").ToString();
    }

    public static string Cause(RegionTopology topology, RegionState state) => state switch
    {
        { Failure: { } failure } => failure.Message,
        { ClaimFailure: { } refused } => $"it can be written to, but {refused.Message}",
        { Condition: RegionCondition.Unknown } => "it has not answered yet",
        { Condition: RegionCondition.Standby } => "it is a standby; promote it if the writer is gone for good",
        { Condition: RegionCondition.ReadOnly } => "it refuses writes (default_transaction_read_only is on); set it to off",
        { Condition: RegionCondition.Fenced } => Fenced(topology, state.Report!),
        { Condition: RegionCondition.Foreign } => TopologyReducer.ForeignMessage(state.Report!.SystemIdentifier, topology.SystemIdentifier),
        _ when topology.Held is { } held && held.Region == state.Name => $"it is promoted, but {held.Why}",
        _ when topology.Writer?.Region == state.Name => $"it is the writer, but {state.Refusal?.Message ?? "calls to it failed"}",
        _ when topology.AwaitsOthers => $"it is writable; what the other replicas know is being asked, for {SwitchHold.LongestUnasked.TotalSeconds:0} s at most",
        _ => "it is writable and is being verified",
    };

    private static string Fenced(RegionTopology topology, ServerReport report)
    {
        var known = topology.KnownTerm(report.SystemIdentifier);
        return topology.Remembered is { } before && before.Term == known && topology.HighestTerm < known
            ? $"it is a former writer ({report.Term}, and an earlier run or another replica saw {known}); rebuild it as a replica, or, if an older copy was restored on purpose, stop all replicas of this service, delete {before.Origin} and whatever else keeps that term (term-*.json in Journal:Path, what the replicas share), and start them"
            : $"it is a former writer ({report.Term}, the highest seen is {known}); rebuild it as a replica";
    }
}
