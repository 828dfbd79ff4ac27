using System.Collections.Immutable;

namespace Resilience.Regions;

/// <summary>The working copy of one reduction: the topology so far and the events it produced.</summary>
internal sealed class ReducerStep(RegionTopology topology, TopologyRules rules, TimeSpan at)
{
    private readonly ImmutableArray<TopologyEvent>.Builder _events = ImmutableArray.CreateBuilder<TopologyEvent>();
    private readonly RegionTopology _before = topology;

    public RegionTopology Topology { get; set; } = topology;

    public TopologyRules Rules { get; } = rules;

    public TimeSpan At { get; } = at;

    public TopologyChange Finish()
    {
        if (!ReferenceEquals(Topology, _before) && Diagnosis.Of(Topology) is var diagnosis && diagnosis != _before.Diagnosis)
        {
            Topology = Topology with { Diagnosis = diagnosis };
            if (diagnosis.Kind != _before.Diagnosis.Kind)
            {
                var about = (Topology.Writer ?? Topology.LastWriter)?.Region ?? Topology.Regions[0].Name;
                Raise(new DiagnosisChanged(At, about, _before.Diagnosis.Kind, diagnosis));
            }
        }

        return new(Topology, _events.DrainToImmutable());
    }

    public void Raise(TopologyEvent happened) => _events.Add(happened);

    public void Update(string region, Func<RegionState, RegionState> change, string? detail)
    {
        var before = Topology[region];
        var after = change(before);
        Topology = Topology with { Regions = Topology.Regions.Replace(before, after) };
        if (before.Condition != after.Condition)
        {
            Raise(new RegionChanged(At, region, before.Condition, after.Condition, detail));
        }
    }

    public void Suspect(RegionFailure failure)
    {
        if (Topology.Phase != TopologyPhase.Steady)
        {
            return;
        }

        Topology = Topology with { Phase = TopologyPhase.Suspect, SuspectedAt = At };
        Raise(new WriterSuspected(At, Topology.Writer!.Region, failure));
    }

    public void Confirm(bool wasLost)
    {
        Topology = Topology with { Phase = TopologyPhase.Steady, SuspectedAt = null, IsPlanned = false };
        Raise(new WriterConfirmed(At, Topology.Writer!.Region, Topology.Writer.Term, wasLost));
    }

    /// <param name="reason">Why, in words.</param>
    /// <param name="isPlanned">Whether the writer itself said so, in good health, and nothing failed.</param>
    public void Lose(string reason, bool isPlanned = false)
    {
        var writer = Topology.Writer!;
        Topology = Topology with
        {
            Phase = TopologyPhase.NoWriter,
            Writer = null,
            LastWriter = writer,
            SuspectedAt = Topology.SuspectedAt ?? At,
            IsPlanned = isPlanned,
        };
        var freshest = Topology.Regions.Where(region => region.Condition == RegionCondition.Standby).Max(region => region.FreshAsOf);
        Raise(new WriterLost(At, writer.Region, writer.VerifiedAt, reason)
        {
            IsPlanned = isPlanned,
            Exposure = !isPlanned && writer.VerifiedAt - freshest is { } behind ? (behind > TimeSpan.Zero ? behind : TimeSpan.Zero) : null,
        });
    }
}
