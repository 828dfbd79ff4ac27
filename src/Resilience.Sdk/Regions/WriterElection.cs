namespace Resilience.Regions;

/// <summary>
/// Chooses the writer among the regions that claim to be one. Election is local to the process but all processes decide
/// alike, because they compare the same terms and write their finding into the same replicated row.
/// </summary>
internal static class WriterElection
{
    public static void Run(ReducerStep step)
    {
        var before = step.Topology;
        step.Topology = before with { Claimant = null, Conflict = null, Held = null };
        Reclassify(step);
        if (step.Topology.Writer is { } unseen && !SwitchDecision.HasWitness(step, unseen.Region))
        {
            step.Lose(SwitchDecision.NoWitness);
        }

        var topology = step.Topology;
        var candidate = BestCandidate(topology);
        if (candidate is null || candidate.Name == topology.Writer?.Region)
        {
            ClaimLostRow(step);
            return;
        }

        if (topology.Writer is { } writer && candidate.Report!.Term <= writer.Term)
        {
            return;
        }

        if (topology.Phase == TopologyPhase.Discovering && (topology.AwaitsOthers || topology.Regions.Any(region => region.ObservedAt is null)))
        {
            // The first choice waits until every region has answered or failed once, and other replicas have been heard: what they
            // would have said, a newer term, another cluster or a hold, must not depend on who is quicker.
            return;
        }

        if (Conflict(topology, ref candidate) is { } conflict)
        {
            step.Topology = topology with { Conflict = conflict };
            if (before.Conflict != conflict)
            {
                step.Raise(new ClusterConflict(step.At, candidate.Name, conflict));
            }

            return;
        }

        Follow(step, candidate, before);
    }

    private static void Follow(ReducerStep step, RegionState candidate, RegionTopology before)
    {
        var previous = step.Topology.Writer ?? step.Topology.LastWriter;
        var report = candidate.Report!;
        if (!SwitchDecision.HasWitness(step, candidate.Name))
        {
            step.Topology = step.Topology with { Held = new HeldSwitch(candidate.Name, SwitchDecision.NoWitness, NeedsApproval: false) };
            return;
        }

        if (Leaves(step, candidate, previous) is { } holding)
        {
            var promotion = new AnnouncedPromotion(candidate.Name, report.Promotion(candidate.Name));
            if (before.Announced != promotion)
            {
                step.Topology = step.Topology with { Announced = promotion };
                step.Raise(new PromotionSeen(step.At, candidate.Name, report.Term));
            }

            if (SwitchDecision.WhyNot(step.Topology, step.Rules, report, candidate.Name) is { } why)
            {
                Hold(step, new HeldSwitch(candidate.Name, why, step.Rules.Switch == SwitchMode.Approval), holding, previous, before);
                return;
            }

            if (step.Rules.Switch == SwitchMode.Approval && before.Approved != promotion)
            {
                step.Topology = step.Topology with { Approved = promotion };
                step.Raise(new SwitchApproved(step.At, candidate.Name, SwitchDecision.Counted(step.Rules, report, candidate.Name)));
            }
        }

        if (report.Epoch?.WriterRegion != candidate.Name)
        {
            Claim(step, candidate);
            return;
        }

        Elect(step, candidate, previous);
    }

    /// <summary>
    /// The region that following the candidate would leave, or null. A process that has just started has left nobody, but where
    /// people decide it must not decide for them: the promoted server's own row names the region that wrote before.
    /// </summary>
    private static string? Leaves(ReducerStep step, RegionState candidate, WriterState? previous)
    {
        if (previous is not null)
        {
            return previous.Region == candidate.Name ? null : previous.Region;
        }

        return (step.Rules.Switch != SwitchMode.Automatic || step.Topology.HeldBy is not null) && candidate.Report!.Epoch?.WriterRegion is { } named && named != candidate.Name && step.Topology.Find(named) is not null
            ? named
            : null;
    }

    /// <summary>Nobody has decided to leave the previous writer: while it is still the newest that anybody claimed, it serves.</summary>
    private static void Hold(ReducerStep step, HeldSwitch held, string holding, WriterState? previous, RegionTopology before)
    {
        step.Topology = step.Topology with { Held = held, Approved = null };
        if (before.Held?.Region != held.Region)
        {
            step.Raise(new SwitchHeld(step.At, held.Region, holding, held.Why));
        }

        if (step.Topology.Writer is null && step.Topology.Find(holding) is { Condition: RegionCondition.Writable, Misses: 0 } back
            && back.Report!.Epoch?.WriterRegion == back.Name)
        {
            Elect(step, back, previous);
        }
    }

    private static void Elect(ReducerStep step, RegionState candidate, WriterState? previous)
    {
        var term = candidate.Report!.Term;
        var returned = previous?.Region == candidate.Name && previous.Term == term;
        var writer = new WriterState(
            candidate.Name,
            term,
            returned ? previous!.Generation : (previous?.Generation ?? 0) + 1,
            candidate.ContactAt!.Value);
        step.Topology = step.Topology with
        {
            Writer = writer,
            LastWriter = writer,
            SystemIdentifier = candidate.Report.SystemIdentifier,
            HighestTerm = TopologyReducer.Max(step.Topology.HighestTerm, term),
            Positions = [new WriterPosition(writer.VerifiedAt, candidate.Report.Lsn)],
        };
        Reclassify(step);
        if (returned)
        {
            step.Confirm(wasLost: true);
            return;
        }

        step.Topology = step.Topology with { Phase = TopologyPhase.Steady, SuspectedAt = null, IsPlanned = false };
        step.Raise(new WriterElected(step.At, candidate.Name, writer, previous?.Region));
    }

    /// <summary>
    /// What is known now judges all earlier reports anew: an election, or a later epoch on any server of the cluster, fences
    /// a former writer at once, without waiting for its next report.
    /// </summary>
    private static void Reclassify(ReducerStep step)
    {
        foreach (var region in step.Topology.Regions)
        {
            if (region.Report is not { } report || !region.Reachable)
            {
                continue;
            }

            if (step.Topology.SystemIdentifier is { } ours && report.SystemIdentifier != 0 && report.SystemIdentifier != ours)
            {
                step.Update(region.Name, state => state with { Condition = RegionCondition.Foreign }, TopologyReducer.ForeignMessage(report.SystemIdentifier, ours));
            }
            else if (region.Condition == RegionCondition.Writable && Highest(step.Topology, report.SystemIdentifier) is var highest && report.IsOutdated(highest))
            {
                step.Update(region.Name, state => state with { Condition = RegionCondition.Fenced }, $"its {report.Term} is below {highest}");
                if (step.Topology.Writer?.Region == region.Name)
                {
                    step.Lose($"its {report.Term} is below {highest}");
                }
            }
        }
    }

    /// <summary>The highest term of a cluster, from what was elected and from every copy of its epoch row.</summary>
    private static WriterTerm Highest(RegionTopology topology, long cluster)
    {
        var highest = topology.KnownTerm(cluster);
        foreach (var region in topology.Regions)
        {
            if (region.Report is { Epoch: { } row } report && report.SystemIdentifier == cluster && row.Epoch > highest.Epoch)
            {
                highest = new WriterTerm(row.Epoch, 0);
            }
        }

        return highest;
    }

    /// <summary>Somebody dropped the epoch row under a working writer: it is written again, above all that was seen.</summary>
    private static void ClaimLostRow(ReducerStep step)
    {
        if (step.Topology.Writer is { } writer && step.Topology[writer.Region] is { Condition: RegionCondition.Writable, Report.Epoch: null })
        {
            Claim(step, step.Topology[writer.Region]);
        }
    }

    private static void Claim(ReducerStep step, RegionState candidate)
    {
        if (candidate.ClaimFailedAt is not { } failedAt || step.At - failedAt >= step.Rules.ClaimAgainAfter)
        {
            step.Topology = step.Topology with { Claimant = candidate.Name };
        }
    }

    private static RegionState? BestCandidate(RegionTopology topology)
    {
        RegionState? best = null;
        foreach (var region in topology.Regions)
        {
            if (region.Condition == RegionCondition.Writable && region.Misses == 0 && (best is null || Beats(region, best)))
            {
                best = region;
            }
        }

        return best;
    }

    /// <summary>Equal terms are told apart by whose claim the row holds; after that the configuration's order decides.</summary>
    private static bool Beats(RegionState challenger, RegionState best)
    {
        var order = challenger.Report!.Term.CompareTo(best.Report!.Term);
        return order > 0
            || (order == 0 && challenger.Report.Epoch?.WriterRegion == challenger.Name && best.Report.Epoch?.WriterRegion != best.Name);
    }

    /// <summary>
    /// Before a cluster is known to be ours, regions that disagree on it stop the election, unless exactly one of the
    /// clusters carries our epoch row.
    /// </summary>
    private static string? Conflict(RegionTopology topology, ref RegionState candidate)
    {
        if (topology.SystemIdentifier is not null)
        {
            return null;
        }

        var answered = topology.Regions.Where(region => region.Reachable && region.Report is not null).ToList();
        var clusters = answered.Select(region => region.Report!.SystemIdentifier).Where(cluster => cluster != 0).Distinct().ToList();
        if (clusters.Count <= 1)
        {
            return null;
        }

        var marked = answered.Where(region => region.Report!.Epoch is not null).Select(region => region.Report!.SystemIdentifier).Distinct().ToList();
        if (marked.Count == 1)
        {
            var ours = answered.Where(region => region.Condition == RegionCondition.Writable && region.Report!.SystemIdentifier == marked[0]).ToList();
            if (ours.Count > 0)
            {
                candidate = ours.Aggregate((best, region) => Beats(region, best) ? region : best);
                return null;
            }
        }

        var list = string.Join(", ", answered.Select(region => $"'{region.Name}' {(ulong)region.Report!.SystemIdentifier}"));
        return $"The regions belong to different clusters (system identifiers: {list}), so it is not known which data is yours. "
            + "Point every region at a server of the same cluster: one writer and its physical replicas.";
    }
}
